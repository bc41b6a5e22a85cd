package cluster

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// drain waits until no lease is left, and ends those that last too long.
func (w *worker) drain(tick <-chan time.Time) {
	w.mu.Lock()
	w.draining = true
	w.mu.Unlock()
	w.hello(false)
	late := time.After(w.opts.Drain)
	for w.busy() {
		select {
		case <-w.freed:
		case <-tick:
			w.hello(false)
			w.reap(time.Now())
			w.weigh()
		case <-late:
			w.endAll(errDrained)
		}
	}
	w.living.Wait()
	w.hello(true)
	_ = w.nc.FlushTimeout(pingEvery)
}

var errDrained = fmt.Errorf("cluster: the worker was asked to end, and the time for that is over (%w)", supervisor.ErrLost)

func (w *worker) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.used > 0
}

func (w *worker) endAll(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.leases {
		h.end(cause)
	}
}
