package screen

import (
	"math"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// Memory is what all containers use together, in bytes; 0 if that is not known.
func (r Run) Memory() int64 {
	if n := len(r.Series); n > 0 && r.Ended.IsZero() {
		return r.Series[n-1].Memory
	}
	return 0
}

var memory = []measure{
	{"most", "l-blue", func(s history.Sample) float64 { return someBytes(s.MemoryMost) }},
	{"its limit", "l-red dotted", func(s history.Sample) float64 { return someBytes(s.MemoryLimit) }},
}

// memoryChart is the memory of the container that uses most, as far as that was known; one chart at most.
func memoryChart(r history.Run) []chart {
	all, limited := memory[:1], false
	known := false
	for _, s := range r.Series {
		known = known || s.MemoryMost > 0
		limited = limited || s.MemoryLimit > 0
	}
	if !known {
		return nil
	}
	if limited {
		all = memory
	}
	return []chart{draw(r, "Memory of the container with most", all, inBytes, binaryTop)}
}

func someBytes(n int64) float64 {
	if n <= 0 {
		return math.NaN()
	}
	return float64(n)
}

func inBytes(f float64) string { return amount.Bytes(int64(f)) }

// MemoryBar is what it uses against the lower of its limits; of one that has ended, what it has used at most. It is nil
// where that is not known.
func (c Container) MemoryBar() *bar {
	used, limit := c.Story.Memory, c.Story.MemoryLimit
	if u := c.Story.Use; u != nil {
		limit = lower(u.Limit, u.Recycle)
		if !c.Story.Ended.IsZero() {
			used = u.Peak
		}
	}
	switch {
	case used == 0:
		return nil
	case limit == 0:
		return &bar{Label: amount.Bytes(used)}
	}
	tone := "blue"
	switch {
	case used >= limit:
		tone = "red"
	case used >= limit-limit/5:
		tone = "amber"
	}
	return gaugeIn(tone, int(used>>10), int(limit>>10), amount.Bytes(used)+" of "+amount.Bytes(limit))
}

// lower is the lower of two limits, of which 0 is none.
func lower(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// Charts is its memory over time, and its limits; one chart at most.
func (c Container) Charts() []chart {
	use := c.Story.Use
	if use == nil || len(use.Series) < 2 {
		return nil
	}
	r := history.Run{Ended: c.Story.Ended, Incidents: c.Run.Incidents}
	for _, at := range use.Series {
		r.Series = append(r.Series, history.Sample{Time: at.Time, MemoryMost: at.Bytes})
	}
	all := []measure{{"used", "l-blue", func(s history.Sample) float64 { return someBytes(s.MemoryMost) }}}
	if use.Recycle > 0 {
		all = append(all, measure{"replaced at", "l-amber dashed", func(history.Sample) float64 { return float64(use.Recycle) }})
	}
	if use.Limit > 0 {
		all = append(all, measure{"limit", "l-red dotted", func(history.Sample) float64 { return float64(use.Limit) }})
	}
	return []chart{draw(r, "Memory", all, inBytes, binaryTop)}
}
