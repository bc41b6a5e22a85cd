package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// Lanes is what each slot has done of late, a row each, on a plane of five units a second in which time goes on as
// in charts.
type Lanes struct {
	All []history.Lane
	End time.Time
}

const (
	laneUnits = 200     // ms
	laneWrap  = 500_000 // units: a day
)

func laneAt(t time.Time) int { return int(t.UnixMilli() / laneUnits % laneWrap) }

// Full reports that there may be more than it shows.
func (l Lanes) Full() bool { return len(l.All) == history.MaxLanes }

// Box is the window on the plane.
func (l Lanes) Box() string {
	span := int(history.LaneSpan.Milliseconds() / laneUnits)
	return fmt.Sprintf("%d 0 %d 10", laneAt(l.End)+1-span, span) // with the unit in which it ends
}

// lanePath is the blocks of one outcome, those that touch as one. Failures stand at the foot of the row, so that what
// has succeeded beside them, within the same blink, is to be seen too.
func lanePath(l history.Lane, outcome string) string {
	var b strings.Builder
	at, from, to := 0, 0, 0 // where the pen is, and the block that may go on
	draw := func() {
		switch {
		case from == to:
			return
		case at > 0:
			fmt.Fprintf(&b, "m%d 0", from-at)
		case outcome == "failed":
			fmt.Fprintf(&b, "M%d 8", from)
		default:
			fmt.Fprintf(&b, "M%d 5", from)
		}
		fmt.Fprintf(&b, "h%d", to-from)
		at = to
	}
	for _, block := range l.Blocks {
		if block.Outcome != outcome {
			continue
		}
		begin := laneAt(block.From)
		end := max(laneAt(block.To), begin+1)
		if begin < from || begin > to { // before: the plane has begun anew
			draw()
			from, to = begin, end
		}
		to = max(to, end)
	}
	draw()
	return b.String()
}

// laneLabel is a lane in words.
func laneLabel(l history.Lane) string {
	said := fmt.Sprintf("slot %d, container %d: %s", l.Slot, l.Container, amount.Of(l.Attempts, "attempt", "attempts"))
	if l.Failed > 0 {
		said += ", " + amount.Number(l.Failed) + " failed"
	}
	if l.Crashes > 0 {
		said += ", " + amount.Of(l.Crashes, "crash", "crashes")
	}
	return said
}
