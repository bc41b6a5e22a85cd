package journal

import (
	"github.com/longshore-go/longshore/internal/logbook"
)

// verdict is what a process has left that has died.
type verdict struct {
	blamed   map[logbook.Key]struct{} // who may be to blame
	certain  int64                    // 1 where that is certain
	survived []logbook.Key            // suspects that had come to an end before
	excused  bool                     // the run was over
	alone    int64                    // when what was alone began, and when the process was last seen alive; 0 for never
	seen     int64                    // both in Unix milliseconds
}

func verdictOf(slots []*logbook.Slot) verdict {
	v := verdict{blamed: map[logbook.Key]struct{}{}}
	for _, s := range slots {
		for _, key := range s.Executing() {
			v.blamed[key] = struct{}{}
		}
		v.survived = append(v.survived, s.Enrolled()...)
		v.excused = v.excused || s.Excused()
		v.seen = max(v.seen, s.Seen())
		if s.Alone() {
			v.certain, v.alone = 1, s.Since()
		}
	}
	for _, key := range v.survived {
		delete(v.blamed, key)
	}
	if v.excused {
		clear(v.blamed)
	}
	if len(v.blamed) != 1 {
		v.certain = 0
	}
	return v
}

// nobody reports that the process died in a run which had suspects, and nothing was executing.
func (v *verdict) nobody() bool { return len(v.blamed) == 0 && !v.excused && v.seen > 0 }

// A process may have lived for long before what is suspected began. What kills it after some time
// hits what takes that long at any time of it, and hardly ever at its very beginning.
const (
	longAgo   = 10
	atLeastMs = 10_000
)

// wait is how many milliseconds after the opening at least the process has died in which an input
// was alone.
func (v *verdict) wait(opened int64) int64 {
	return max(min(v.seen-opened, longAgo*max(v.seen-v.alone, 0)+atLeastMs), 0)
}
