package fleet

import (
	"cmp"
	"slices"
	"time"
)

// census is who is there, not counting containers that are about to end.
type census struct {
	present int
	busy    int
	stale   int          // with an older body
	able    []*Container // have started
	idle    []*Container
	release *Release
	rolled  bool // no container has an older body, also none about to end
}

func (p *Pool) census() census {
	n := census{release: p.release.Load(), rolled: true}
	for c := range p.Containers {
		if c.Disowned() {
			continue
		}
		stale := c.release != n.release
		n.rolled = n.rolled && !stale
		if c.Halted() {
			continue
		}
		n.present++
		if stale {
			n.stale++
		}
		started := c.serving()
		if started {
			n.able = append(n.able, c)
		}
		if c.busy.Load() > 0 {
			n.busy++
		} else if started {
			n.idle = append(n.idle, c)
		}
	}
	return n
}

// unused is how many containers have been idle for the window, and when to look for the
// next one.
func (n *census) unused(now, window time.Duration) (unused int, again time.Duration) {
	again = window
	for _, c := range n.idle {
		if rest := time.Duration(c.idleSince.Load()) + window - now; rest > 0 {
			again = min(again, rest)
		} else {
			unused++
		}
	}
	return unused, again
}

// surplus returns the containers that are there and not wanted: those that have been idle
// for longest, and, where there are more than most, busy ones.
func (n *census) surplus(want, most int) []*Container {
	slices.SortFunc(n.idle, func(a, b *Container) int { return cmp.Compare(a.idleSince.Load(), b.idleSince.Load()) })
	over := n.idle[:min(len(n.idle), max(n.present-want, 0))]
	for _, c := range n.able {
		if n.present-len(over) > most && !slices.Contains(over, c) {
			over = append(over, c)
		}
	}
	return over
}
