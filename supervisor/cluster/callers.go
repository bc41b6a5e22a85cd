package cluster

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/longshore-go/longshore/supervisor"
)

// caller is what a worker knows of one that has leases here.
type caller struct {
	heard   time.Time // last
	refused time.Time // since when nobody is there to hear us; zero: somebody is
}

// How a worker finds out that a caller is gone. One that was connected to a server which is lost may take a second to be
// back, so that its leases last longer than that.
const (
	orphanTime   = 10 * time.Second // nothing is heard of it
	quietTime    = beat / 2         // nothing is heard of it: it is asked for
	desertedTime = 4*beat - beat/2  // the server has said so long that nobody hears it: until the fourth beat
)

// No container is to blame for these ends.
var (
	errOrphaned = fmt.Errorf("cluster: nothing is heard of the caller (%w)", supervisor.ErrLost)
	errDeserted = fmt.Errorf("cluster: the process of the caller is gone (%w)", supervisor.ErrLost)
)

// probed answers a caller who wants to know whether this worker lives.
func (w *worker) probed(m *nats.Msg) {
	id := string(m.Data)
	if !isToken(id) || m.Reply != pulseSubject(id, w.id) {
		return
	}
	w.mu.Lock()
	if c := w.callers[id]; c != nil {
		*c = caller{heard: time.Now()}
	}
	w.mu.Unlock()
	_ = w.nc.Publish(m.Reply, []byte(w.id))
}

// echo takes what the server says of a caller: that nobody is there. A caller that is there says nothing to this.
func (w *worker) echo(m *nats.Msg) {
	if m.Header.Get("Status") != "503" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.callers[lastToken(m.Subject)]; c != nil && c.refused.IsZero() {
		c.refused = time.Now()
	}
}

// reap ends the leases of callers that are gone, and asks for those that are quiet.
func (w *worker) reap(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.nc.IsConnected() || now.Sub(w.beaten) > 4*beat {
		w.back.Store(now.UnixNano()) // it is we who hear nothing
	}
	w.beaten = now
	back := time.Unix(0, w.back.Load())
	for id, c := range w.callers {
		if c.heard.Before(back) {
			*c = caller{heard: back} // it may still be on its way back, or we have not listened
		}
		switch {
		case now.Sub(c.heard) >= orphanTime:
			w.leave(id, errOrphaned)
		case !c.refused.IsZero() && now.Sub(c.refused) >= desertedTime:
			w.leave(id, errDeserted)
		case now.Sub(c.heard) > quietTime:
			_ = w.nc.PublishRequest(aliveCaller(id), echoSubject(w.id, id), nil)
		}
	}
}

// leave ends the leases of a caller. The caller of it holds mu.
func (w *worker) leave(id string, why error) {
	delete(w.callers, id)
	for _, h := range w.leases {
		if h.request.Caller == id {
			h.end(why)
		}
	}
}
