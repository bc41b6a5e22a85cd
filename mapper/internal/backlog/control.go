package backlog

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/internal/rules"
)

// Control is what the runs of a pool know together: whether something works. The zero value
// is ready for use, and its methods are safe for concurrent use.
type Control struct {
	waiting atomic.Int32 // struck inputs that wait, in all runs
	latest  atomic.Int64 // one more than when the latest begun of what has finished was begun; 0: nothing has

	mu   sync.Mutex
	sole rules.Sole
}

// Finished notes that something has finished that was begun then, on the pool's clock. It
// reports whether somebody may have waited for that. While no struck input waits it costs a look.
func (c *Control) Finished(begun time.Duration) (awaited bool) {
	if c.waiting.Load() == 0 {
		return false
	}
	for {
		latest := c.latest.Load()
		if int64(begun) < latest {
			return false
		}
		if c.latest.CompareAndSwap(latest, int64(begun)+1) {
			return true
		}
	}
}

// since reports that something has finished that was begun no earlier.
func (c *Control) since(t time.Duration) bool { return c.latest.Load() > int64(t) }

// isSole reports whether no other input has crashed since one finished. progress is how many
// have.
func (c *Control) isSole(input rules.Key, progress int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sole.Crash(input, progress)
}
