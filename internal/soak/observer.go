package main

import (
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// observer is who watches the round.
func (p *play) observer() supervisor.Observer {
	var events atomic.Int64
	switch p.Observer {
	case "quick":
		return supervisor.ObserverFunc(func(supervisor.Event) { events.Add(1) })
	case "slow":
		return supervisor.ObserverFunc(func(supervisor.Event) { time.Sleep(ms) })
	case "panics":
		return supervisor.ObserverFunc(func(supervisor.Event) {
			if events.Add(1)%7 == 0 {
				panic("an observer's own")
			}
		})
	case "watcher":
		return watcher{}
	}
	return nil
}

// A watcher looks at what it is shown, all the time, until that ends.
type watcher struct{}

func (watcher) Observe(supervisor.Event) {}

func (watcher) Watch(v mapper.View) {
	go func() {
		for {
			_, _, _, _ = v.About(), v.Counts(), v.Pool(), v.Containers()
			_, _ = v.Value(0)
			select {
			case <-v.Done():
				return
			case <-time.After(5 * ms):
			}
		}
	}()
}
