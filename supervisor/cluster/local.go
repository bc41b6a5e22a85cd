package cluster

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// offer offers the slots of this process, until the runtime is closed. The caller holds mu.
func (r *Runtime) offer(l link) {
	l.name, l.back, l.once = "longshore local worker", nil, new(atomic.Bool)
	ctx, cancel := context.WithCancel(context.Background())
	r.joined.Go(func() {
		<-r.quit
		cancel()
	})
	r.joined.Go(func() {
		err := l.serve(ctx, WorkerOptions{Slots: r.opts.Local, Drain: time.Nanosecond}.filled())
		if refused, ok := errors.AsType[*RefusedError](err); ok {
			r.refuse(refused)
		}
	})
}
