package supervisor_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// states are what the lineages of a pool show.
func (p *pool) states() []supervisor.State {
	synctest.Wait()
	var all []supervisor.State
	for _, c := range p.Snapshot().Containers {
		all = append(all, c.State)
	}
	return all
}

const (
	idleNow  = supervisor.Idle
	stopping = supervisor.Stopping
	stopped  = supervisor.Stopped
	waiting  = supervisor.BackingOff
)

// TestFewer: the owner of the work is told when there are fewer lineages for it, and not of a container that is replaced.
func TestFewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		var told atomic.Int32
		p := open(t, supervisor.Config{
			Lasting: true, Containers: 3, Want: 3, Serve: w.serve, Fewer: func() { told.Add(1) },
		})
		require.Equal(t, []supervisor.State{idleNow, idleNow, idleNow}, p.states())
		w.there()[0].tell(finish) // it has a successor
		p.states()
		require.Zero(t, told.Load())
		p.Scale(2)
		p.states()
		require.Zero(t, told.Load(), "live containers are left alone")
		w.there()[0].Retire()
		p.states()
		require.EqualValues(t, 1, told.Load())
	})
}

func TestScale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 4, Want: 1, Serve: w.serve})
		require.Equal(t, []supervisor.State{idleNow, stopped, stopped, stopped}, p.states())
		require.Equal(t, -1, p.Snapshot().Containers[1].ID)
		require.Equal(t, 1, p.Snapshot().Wanted)

		p.Scale(3)
		require.Equal(t, []supervisor.State{idleNow, idleNow, idleNow, stopped}, p.states())
		require.Equal(t, 3, p.Snapshot().Wanted)

		p.Scale(0)
		require.Equal(t, []supervisor.State{idleNow, idleNow, idleNow, stopped}, p.states(), "live containers are left alone")
		for _, m := range w.there() {
			m.Retire()
			require.Equal(t, stopping, p.Snapshot().Containers[m.Lineage()].State)
			m.tell(finish)
		}
		require.Equal(t, []supervisor.State{stopped, stopped, stopped, stopped}, p.states())
		time.Sleep(time.Hour)
		require.Equal(t, 3, p.Snapshot().Starts)

		p.Scale(-5)
		require.Zero(t, p.Snapshot().Wanted)
		before := p.now()
		p.Scale(2)
		require.Equal(t, []supervisor.State{idleNow, idleNow, stopped, stopped}, p.states())
		require.Equal(t, before, p.now(), "at once: an end in order costs no backoff")

		p.close()
		p.Scale(4)
		require.Equal(t, 5, p.Snapshot().Starts, "nothing after the end")
	})
}

// TestScaleConcurrently checks that any number may ask, and one of them has the last word.
// TestMore: a pool that begins with some grows, also by what it calls itself, which never waits for it.
func TestMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 200, Want: 1, Serve: w.serve})
		require.Equal(t, 1, w.ready())
		for range 20 {
			go p.More(5)
		}
		require.Equal(t, 101, w.ready())
	})
	synctest.Test(t, func(t *testing.T) {
		const more = 100 // than there is room for
		w := newCrew(t)
		var p *pool
		var once sync.Once
		p = open(t, supervisor.Config{
			Lasting: true, Containers: 3, Want: 3, Serve: w.serve, Fewer: func() {
				once.Do(func() {
					for range more {
						p.More(1)
					}
				})
			},
		})
		require.Equal(t, 3, w.ready())
		p.Scale(2)
		w.ready()
		w.there()[0].Retire()
		w.there()[0].tell(finish)
		require.Equal(t, 2+more, w.ready())
	})
}

// ready is how many containers are there once all is still.
func (w *crew) ready() int {
	synctest.Wait()
	return len(w.there())
}

func TestScaleConcurrently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Plain: true, Containers: 1, Serve: w.serve})
		var all sync.WaitGroup
		for n := range 200 {
			all.Go(func() { p.Scale(n + 1) })
		}
		all.Wait()
		p.Scale(200)
		synctest.Wait()
		require.Equal(t, 200, p.Snapshot().Live)
	})
}

// TestScaleKeepsBackoff checks that to scale down and up again is no way around a backoff, and that its memory stays.
func TestScaleKeepsBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 2, Want: 2, Crashes: patient, Serve: w.serve})
		fail := func() time.Time {
			synctest.Wait()
			for _, m := range w.there() {
				if m.Lineage() == 1 {
					m.tell(crash)
				}
			}
			synctest.Wait()
			return p.Snapshot().Containers[1].NextStart
		}
		fail() // free
		for range 5 {
			time.Sleep(time.Until(fail()))
		}
		due := fail()
		requireBetween(t, 4*time.Second, 8*time.Second, time.Until(due))
		p.Scale(1)
		require.Equal(t, []supervisor.State{idleNow, stopped}, p.states())
		require.Equal(t, 7, p.Snapshot().Containers[1].Crashes)
		p.Scale(2)
		require.Equal(t, []supervisor.State{idleNow, waiting}, p.states())
		require.Equal(t, due, p.Snapshot().Containers[1].NextStart)
		p.Scale(1)
		time.Sleep(time.Hour)
		require.Equal(t, []supervisor.State{idleNow, stopped}, p.states())
		p.Scale(2)
		require.Equal(t, []supervisor.State{idleNow, idleNow}, p.states(), "what was left of the backoff is over")
		requireBetween(t, 4*time.Second, 8*time.Second, time.Until(fail()), "but it goes on from where it was")
	})
}

// TestScaleFreesHighest checks which of those that wait are set free, and that a crash of one too many starts nobody.
func TestScaleFreesHighest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 4, Want: 4, Crashes: patient, Serve: w.serve})
		for range 2 {
			synctest.Wait()
			for _, m := range w.there() {
				if m.Lineage() > 0 {
					m.tell(crash)
				}
			}
		}
		require.Equal(t, []supervisor.State{idleNow, waiting, waiting, waiting}, p.states())
		p.Scale(2)
		require.Equal(t, []supervisor.State{idleNow, waiting, stopped, stopped}, p.states())
		time.Sleep(time.Minute)
		require.Equal(t, []supervisor.State{idleNow, idleNow, stopped, stopped}, p.states())
		p.Scale(1)
		w.there()[1].tell(crash)
		require.Equal(t, []supervisor.State{idleNow, stopped, stopped, stopped}, p.states())
		last := p.kinds(supervisor.ContainerCrashed)
		require.Zero(t, last[len(last)-1].Next, "there is no next start")
		p.Scale(2)
		require.Equal(t, []supervisor.State{idleNow, waiting, stopped, stopped}, p.states(), "its backoff holds for all that")
	})
}

// TestScaleAbandon checks that one too many is not replaced when it is given up.
func TestScaleAbandon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 2, Want: 2, Serve: w.serve})
		synctest.Wait()
		p.Scale(1)
		require.True(t, w.get(0).Abandon())
		require.Equal(t, []supervisor.State{stopped, idleNow}, p.states())
		require.True(t, w.get(1).Abandon())
		require.Equal(t, []supervisor.State{stopped, idleNow}, p.states(), "the last is")
	})
}

// TestScaleProbes checks that containers whose start can fail are not held back for ever by a first wave that is gone.
func TestScaleProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Containers: 8, Want: 4, Crashes: patient, Serve: w.serve})
		synctest.Wait()
		w.there()[3].tell(crash)
		synctest.Wait()
		for _, m := range w.there() {
			m.Retire()
		}
		require.Equal(t, []supervisor.State{stopping, stopping, stopping, stopping, waiting, waiting, waiting, waiting}, p.states())
		for _, m := range w.there() {
			m.tell(finish)
		}
		require.Equal(t, []supervisor.State{stopped, stopped, stopped, stopped, idleNow, idleNow, idleNow, idleNow}, p.states())
	})
}

// TestScaleLoopCloses checks that a crash loop ends for a pool that wants less than it could have.
func TestScaleLoopCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var over atomic.Bool
		p := open(t, supervisor.Config{Lasting: true, Containers: 100, Want: 1, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if over.Load() {
				return idle(ctx, c)
			}
			return errBroken
		}})
		time.Sleep(10 * time.Minute)
		require.True(t, p.Snapshot().CrashLooping)
		require.NotZero(t, p.Snapshot().NextStart)
		p.Scale(0)
		time.Sleep(time.Minute)
		require.Zero(t, p.Snapshot().NextStart, "nobody waits")
		p.Scale(1)
		over.Store(true)
		time.Sleep(2 * time.Minute)
		require.Len(t, p.kinds(supervisor.CrashLoopClosed), 1, "nobody had to ask")
	})
}
