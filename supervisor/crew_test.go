package supervisor_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/longshore-go/longshore/supervisor"
)

// crew is a Serve whose containers do what the test tells them: order by order, until one of them ends it.
type crew struct {
	stalls  atomic.Int64 // so many of the next starts hang
	release chan struct{}

	mu      sync.Mutex
	members map[int]*member // by id, those whose Serve has not returned
}

type member struct {
	*supervisor.Container
	orders chan order
}

// order is what a container does next; it ends when over.
type order func() (over bool, err error)

func finish() (bool, error)   { return true, nil }
func crash() (bool, error)    { return true, errBroken }
func explodes() (bool, error) { panic(errBroken) }
func leaves() (bool, error)   { leave(); return true, nil }

// newCrew makes a crew whose hanging containers are let go at the end of the test, at the latest.
func newCrew(t *testing.T) *crew {
	w := &crew{release: make(chan struct{}), members: map[int]*member{}}
	t.Cleanup(w.letGo)
	return w
}

func (w *crew) letGo() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.release:
	default:
		close(w.release)
	}
}

func (w *crew) serve(ctx context.Context, c *supervisor.Container) error {
	m := &member{Container: c, orders: make(chan order, 8)}
	w.mu.Lock()
	w.members[c.ID()] = m
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.members, c.ID())
	}()
	if w.stalls.Add(-1) >= 0 {
		<-w.release
		c.Ready() // too late
		return errBroken
	}
	c.Ready()
	for {
		select {
		case <-ctx.Done():
			return nil
		case o := <-m.orders:
			if over, err := o(); over {
				return err
			}
		}
	}
}

// hang ignores everything until the crew is let go.
func (w *crew) hang() (bool, error) {
	<-w.release
	return true, errBroken
}

// there are the containers whose Serve has not returned, by id.
func (w *crew) there() []*member {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []*member
	for _, id := range slices.Sorted(maps.Keys(w.members)) {
		all = append(all, w.members[id])
	}
	return all
}

func (w *crew) get(id int) *member {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.members[id]
}

// tell gives an order, unless the container does not listen any more.
func (m *member) tell(o order) {
	select {
	case m.orders <- o:
	default:
	}
}
