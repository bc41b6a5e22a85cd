package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestReset checks that a crash-looping pool has all its containers at once, and its past is forgotten.
func TestReset(t *testing.T) {
	for name, plain := range map[string]bool{"plain": true, "with a start": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var o outage
				p := open(t, supervisor.Config{Lasting: true, Plain: plain, Containers: 20, Want: 20, Crashes: policy.Deployed{}, Serve: o.serve})
				for time.Sleep(10 * time.Minute); p.Snapshot().Live > 0; time.Sleep(time.Millisecond) {
				}
				require.True(t, p.Snapshot().CrashLooping)
				crashes := p.Snapshot().Crashes
				o.over.Store(true)
				before := p.now()
				p.Reset()
				synctest.Wait()
				require.Equal(t, before, p.now())
				snap := p.Snapshot()
				require.False(t, snap.CrashLooping)
				require.Equal(t, "closed", snap.Gate)
				require.Zero(t, snap.StartDebt+snap.Streak)
				require.Equal(t, 20, snap.Live)
				require.Zero(t, snap.NextStart)
				for _, c := range snap.Containers {
					require.Zero(t, c.Crashes)
					require.Nil(t, c.Last)
				}
				require.Equal(t, crashes, snap.Crashes, "totals stay")
				require.Len(t, p.kinds(supervisor.CrashLoopClosed), 1)
			})
		})
	}
}

// TestResetTooEarly checks that a reset changes nothing about a function that still does not work.
func TestResetTooEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := open(t, supervisor.Config{Lasting: true, Containers: 4, Want: 4, Crashes: policy.Deployed{}, Serve: failing})
		time.Sleep(10 * time.Minute)
		p.Reset()
		time.Sleep(time.Minute)
		synctest.Wait()
		require.True(t, p.Snapshot().CrashLooping)
		require.Len(t, p.kinds(supervisor.CrashLoopOpened), 2)
	})
}

// TestResetEphemeral checks that the backoffs go and the budget stays.
func TestResetEphemeral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrew(t)
		p := open(t, supervisor.Config{Containers: 1, Serve: w.serve})
		for range 3 {
			time.Sleep(time.Minute)
			for _, m := range w.there() {
				m.tell(crash)
			}
		}
		require.Equal(t, []supervisor.State{waiting}, p.states())
		debt := p.Snapshot().StartDebt
		require.Positive(t, debt)
		before := p.now()
		p.Reset()
		require.Equal(t, []supervisor.State{idleNow}, p.states())
		require.Equal(t, before, p.now())
		require.Equal(t, debt-1, p.Snapshot().StartDebt, "what the new container has paid by getting ready")
		w.there()[0].tell(crash)
		require.Equal(t, []supervisor.State{idleNow}, p.states(), "its next crash is the first")

		p.cancel()
		<-p.Done()
		p.Reset()
	})
}
