package supervisor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
)

// requireLives checks that the pool has not ended.
func (p *pool) requireLives(t *testing.T) {
	t.Helper()
	synctest.Wait()
	select {
	case <-p.Done():
		require.Fail(t, "the pool has ended")
	default:
	}
}

// TestLasting checks that only the end of its context ends a lasting pool.
func TestLasting(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with a start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newCrew(t)
				p := open(t, supervisor.Config{Lasting: true, Plain: plain, Containers: 3, Serve: w.serve})
				time.Sleep(time.Hour)
				p.requireLives(t)
				require.Zero(t, p.Snapshot().Starts, "none is wanted")
				p.Scale(2)
				synctest.Wait()
				p.Scale(0)
				for _, m := range w.there() {
					m.tell(finish)
				}
				time.Sleep(time.Hour)
				p.requireLives(t)
				require.Zero(t, p.Snapshot().Live)
				before := p.now()
				p.cancel()
				<-p.Done()
				require.Equal(t, before, p.now(), "nobody is there to wait for")
			})
		})
	}
}

// TestLastingEndsWithContainers checks that the pool waits for those that live at the end, without events too.
func TestLastingEndsWithContainers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := supervisor.Start(ctx, supervisor.Config{
			Lasting: true, Containers: 5, Want: 5, Crashes: patient, Grace: time.Minute,
			Serve: func(ctx context.Context, c *supervisor.Container) error {
				c.Ready()
				<-ctx.Done()
				time.Sleep(time.Second)
				return nil
			},
		})
		synctest.Wait()
		before := time.Now()
		cancel()
		<-s.Done()
		require.Equal(t, time.Second, time.Since(before))
		require.Zero(t, s.Snapshot().Live)
		require.Equal(t, 5, s.Snapshot().Wanted)
	})
}

// TestLastingSuccessor checks that a container of a lasting pool which ends by itself has a successor, if one is wanted.
func TestLastingSuccessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 3, Want: 2, Serve: w.serve})
		synctest.Wait()
		w.there()[1].tell(finish)
		require.Equal(t, []supervisor.State{idleNow, idleNow, stopped}, p.states())
		require.Equal(t, 3, p.Snapshot().Starts)
		p.Scale(1)
		w.there()[0].tell(finish)
		require.Equal(t, []supervisor.State{stopped, idleNow, stopped}, p.states())
		require.Equal(t, 3, p.Snapshot().Starts)
		require.Zero(t, p.now())
	})
}

// TestLastingGivesUp checks that what has given up starts nothing more, even if its owner is slow to end the context.
func TestLastingGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cutoffs := 0
		s := supervisor.Start(ctx, supervisor.Config{
			Lasting: true, Containers: 1, Want: 1, Serve: failing,
			Crashed: idly,
			Cutoff:  func(*supervisor.CutoffError) { cutoffs++ },
		})
		time.Sleep(time.Hour)
		require.Equal(t, 5, s.Snapshot().Starts)
		cancel()
		<-s.Done()
		require.Equal(t, 1, cutoffs)
	})
}

// TestDismiss: a lasting pool that is dismissed ends with those that live.
func TestDismiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := make(chan struct{})
		p := open(t, supervisor.Config{Containers: 2, Want: 2, Lasting: true, Serve: func(_ context.Context, c *supervisor.Container) error {
			c.Ready()
			<-end
			return nil
		}})
		synctest.Wait()
		p.Dismiss()
		synctest.Wait()
		require.Equal(t, 2, p.Snapshot().Live)
		close(end)
		<-p.Done()
		require.Equal(t, 2, p.Snapshot().Starts)
		p.Dismiss()
	})
}
