package supervisor_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestAlarm follows the alarm of a deployed pool through a crash loop that inputs open and one input ends.
func TestAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Lasting: true, Plain: true, Containers: 2, Want: 2, Crashes: policy.Deployed{}, Crashed: onFresh, Serve: w.serve})
		synctest.Wait()
		works := w.get(0)
		crashNext := func() {
			synctest.Wait()
			for _, m := range w.there() {
				if m.ID() != 0 {
					m.tell(crash)
				}
			}
			synctest.Wait()
		}
		require.Zero(t, p.Alarm())
		require.False(t, p.Alarm().Raised())
		crashNext()
		require.True(t, p.Alarm().Raised())
		require.True(t, p.Alarm().Crashed())
		require.False(t, p.Alarm().Doubt())
		works.Finished(1)
		require.False(t, p.Alarm().Crashed(), "at once, without a message")
		for range 31 {
			crashNext()
		}
		require.False(t, p.Alarm().Doubt())
		require.False(t, p.Alarm().Looping())
		crashNext()
		require.True(t, p.Alarm().Doubt())
		require.True(t, p.Alarm().Looping())
		require.True(t, p.Alarm().OfInputs())
		require.Equal(t, 1, p.Alarm().Canaries())
		require.Equal(t, p.Alarm(), works.Alarm())
		snap := p.Snapshot()
		require.True(t, snap.CrashLooping)
		require.True(t, snap.CrashLoopOfInputs)
		require.True(t, snap.Doubt)
		require.Equal(t, []int{32, 32, 32, 0}, []int{snap.Streak, snap.Inputs, snap.StreakLimit, snap.StartDebt})
		require.Equal(t, 1, snap.Live, "starts are over")

		before := p.now()
		works.Finished(1)
		require.False(t, p.Alarm().Raised())
		require.Zero(t, p.Alarm().Canaries())
		synctest.Wait()
		snap = p.Snapshot()
		require.False(t, snap.CrashLooping)
		require.Zero(t, snap.Streak+snap.Inputs)
		require.Equal(t, 2, snap.Live, "everybody starts")
		require.Equal(t, before, p.now())
		require.Len(t, p.kinds(supervisor.CrashLoopClosed), 1)
	})
}

// TestAlarmOfStarts checks that an input which finishes does not end a crash loop of starts.
func TestAlarmOfStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Containers: 8, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if c.Lineage() > 0 {
				return errBroken
			}
			c.Ready()
			for ctx.Err() == nil {
				c.Finished(1)
				pause(ctx, 10*time.Second)
			}
			return nil
		}})
		time.Sleep(time.Minute)
		synctest.Wait()
		require.True(t, p.Alarm().Looping())
		require.False(t, p.Alarm().OfInputs())
		require.False(t, p.Alarm().Crashed())
		require.False(t, p.Snapshot().CrashLoopOfInputs)
	})
}

// TestAlarmResets checks that a manual reset clears the alarm, is seen, and makes what is not told yet void.
func TestAlarmResets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Lasting: true, Containers: 1, Want: 1, Crashes: policy.Deployed{}, Crashed: onFresh, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.ID() < 40 {
				return errBroken
			}
			<-ctx.Done()
			return nil
		}})
		synctest.Wait()
		require.True(t, p.Alarm().Looping())
		require.Zero(t, p.Alarm().Resets())
		p.Reset()
		synctest.Wait()
		require.Equal(t, 1, p.Alarm().Resets())
		require.False(t, p.Alarm().Looping())
		require.Equal(t, 40-32, p.Snapshot().Streak, "of those that crashed since")
		p.Reset()
		synctest.Wait()
		require.Equal(t, 2, p.Alarm().Resets())
		require.False(t, p.Alarm().Raised())
		require.Zero(t, p.Snapshot().Streak)
	})
}

// TestAlarmEnds has containers crash and finish all at once: whatever the order in which that is told, the alarm is off
// when the last thing that happens is a finished input.
func TestAlarmEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lives = 4000
		var all sync.WaitGroup
		all.Add(lives) // the first container finishes inputs while the second crashes
		p := open(t, supervisor.Config{Plain: true, Containers: 2, Crashes: patient, Crashed: onFresh, Serve: func(_ context.Context, c *supervisor.Container) error {
			switch {
			case c.ID() == 0:
				for range lives {
					c.Finished(1)
					all.Done()
				}
			case c.ID() < lives:
				return errBroken
			default:
				all.Wait()
				c.Finished(1)
			}
			return nil
		}})
		<-p.Done()
		require.Equal(t, lives-1, p.Snapshot().Crashes)
		require.False(t, p.Alarm().Raised())
		require.Zero(t, p.Snapshot().Streak)
	})
}
