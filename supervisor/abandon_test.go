package supervisor_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// stuck is a Serve that ignores its context until released.
type stuck struct {
	mu         sync.Mutex
	containers []*supervisor.Container
	stop       chan struct{}
	release    func()
	last       func()
}

func newStuck(t *testing.T) *stuck {
	s := &stuck{stop: make(chan struct{})}
	s.release = sync.OnceFunc(func() { close(s.stop) })
	t.Cleanup(s.release)
	return s
}

func (s *stuck) serve(_ context.Context, c *supervisor.Container) error {
	c.Ready()
	c.Busy(true)
	s.mu.Lock()
	s.containers = append(s.containers, c)
	s.mu.Unlock()
	<-s.stop
	if s.last != nil {
		s.last()
	}
	return nil
}

func TestAbandon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStuck(t)
		p := open(t, supervisor.Config{Containers: 2, Serve: s.serve})
		synctest.Wait()
		first := s.containers[0]
		require.True(t, first.Abandon())
		require.False(t, first.Abandon(), "once")
		synctest.Wait()

		snap := p.Snapshot()
		require.Equal(t, 1, snap.Abandoned)
		require.Equal(t, 1, snap.Lingering)
		require.Equal(t, 2, snap.Live)
		require.Equal(t, 3, snap.Starts, "replaced at once")
		require.Zero(t, snap.Crashes, "no crash: whoever abandons has asked for it")
		require.Zero(t, snap.Streak)
		require.Equal(t, 2, snap.Containers[first.Lineage()].ID)
		require.Equal(t, 0, snap.Containers[first.Lineage()].Crashes)
		events := p.kinds(supervisor.ContainerAbandoned)
		require.Len(t, events, 1)
		require.Equal(t, first.ID(), events[0].Container)
		require.Empty(t, p.abandoned, "Config.Abandoned is for those that outlived Grace")

		p.cancel()
		time.Sleep(999 * time.Millisecond)
		synctest.Wait()
		select {
		case <-p.Done():
			require.Fail(t, "two containers are still within their grace")
		default:
		}
		<-p.Done()
		require.Equal(t, time.Second, p.now(), "Grace, to the tick")
		require.ElementsMatch(t, []int{1 - first.ID(), 2}, p.abandoned)
		require.Equal(t, 3, p.Lingering())
		snap = p.Snapshot()
		require.Equal(t, 3, snap.Abandoned)
		require.Equal(t, 0, snap.Live)
		require.Empty(t, p.crashes)

		s.release()
		synctest.Wait()
		require.Zero(t, p.Lingering(), "their goroutines have ended")
		require.Zero(t, p.Snapshot().Lingering, "and the snapshot knows")
	})
}

// TestAbandonedEnds checks that the late end of an abandoned container, whatever it is, drops the count of those that
// linger and changes nothing else.
func TestAbandonedEnds(t *testing.T) {
	for name, last := range map[string]func(){"returns": nil, "panics": func() { panic(errBroken) }, "leaves": leave} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStuck(t)
				s.last = last
				p := open(t, supervisor.Config{Containers: 1, Serve: func(ctx context.Context, c *supervisor.Container) error {
					if c.ID() > 0 {
						return idle(ctx, c)
					}
					return s.serve(ctx, c)
				}})
				synctest.Wait()
				s.containers[0].Abandon()
				synctest.Wait()
				require.Equal(t, 1, p.Lingering())
				s.release()
				synctest.Wait()
				require.Zero(t, p.Lingering())
				snap := p.Snapshot()
				require.Equal(t, 1, snap.Live)
				require.Equal(t, 2, snap.Starts)
				require.Equal(t, 1, snap.Abandoned)
				require.Zero(t, snap.Crashes)
				require.Zero(t, snap.Streak)
				require.False(t, s.containers[0].Abandon())
			})
		})
	}
}

// TestAbandonRace checks that a container which ends while it is given up is counted as one or the other, and that
// the count of those that linger is never below zero.
func TestAbandonRace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rounds = 2000
		p := open(t, supervisor.Config{Containers: 1, Plain: true, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if c.ID() == rounds {
				return nil
			}
			go c.Abandon()
			for range c.ID() % 7 {
				c.Finished(1)
			}
			return errBroken
		}, Crashes: patient})
		for {
			select {
			case <-p.Done():
				snap := p.Snapshot()
				require.Equal(t, rounds+1, snap.Starts)
				require.Equal(t, rounds, snap.Crashes+snap.Abandoned)
				synctest.Wait()
				require.Zero(t, p.Lingering())
				return
			default:
				require.GreaterOrEqual(t, p.Lingering(), 0)
				time.Sleep(time.Millisecond)
			}
		}
	})
}
