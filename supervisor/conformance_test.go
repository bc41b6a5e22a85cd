package supervisor_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// elsewhere lists the cases that this package does not run, each with the reason. Traces are run in
// internal/rules, and what has inputs (level run) by the mapper.
var elsewhere = map[string]string{
	"SUP-35": "a rule about inputs: run by the mapper",
}

// cases has a test for each case of supervision_cases.json that containers without inputs can show.
var cases = map[string]func(*testing.T){
	"SUP-23": neverFailsAnInput,
	"SUP-25": healthyGoOn,
	"SUP-27": crashLoopIsListed,
	"SUP-37": expectedEndsAreNoCrashes,
	"SUP-39": closeWhileWaiting,
}

func TestConformance(t *testing.T) {
	all, err := conformance.Supervision()
	require.NoError(t, err)
	known := map[string]bool{}
	for _, c := range all {
		known[c.ID] = true
		run, ours := cases[c.ID]
		_, listed := elsewhere[c.ID]
		switch {
		case ours:
			t.Run(c.ID, run)
		case !listed && c.Level != "trace" && c.Level != "run":
			t.Errorf("%s (%s) is neither run nor listed", c.ID, c.Name)
		}
	}
	for id := range cases {
		require.True(t, known[id], "%s is run and does not exist", id)
	}
	for id := range elsewhere {
		require.True(t, known[id], "%s is listed and does not exist", id)
	}
}

// neverFailsAnInput: 4 containers whose start always crashes, 100 inputs, 2 h, then the fault goes away.
func neverFailsAnInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var healed atomic.Bool
		inputs, finished := make(chan int, 100), atomic.Int64{}
		for i := range cap(inputs) {
			inputs <- i
		}
		p := open(t, supervisor.Config{Containers: 4, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if !healed.Load() {
				panic(errBroken)
			}
			c.Ready()
			for {
				select {
				case <-inputs:
					pause(ctx, time.Second)
					finished.Add(1)
					c.Finished(1)
				case <-ctx.Done():
					return nil
				}
			}
		}})
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		require.Empty(t, p.cutoffs)
		require.Len(t, inputs, 100)
		require.LessOrEqual(t, p.count(), 4+2*60*60/15+10)
		healed.Store(true)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		require.EqualValues(t, 100, finished.Load())
		require.False(t, p.Snapshot().CrashLooping)
		require.Equal(t, 4, p.Snapshot().Live)
	})
}

// healthyGoOn: 8 containers, 2 of them healthy with an input in 10 s each, 6 crash-looping until the gate opens.
func healthyGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var finished [2]int
		p := open(t, supervisor.Config{Containers: 8, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.Lineage() >= len(finished) {
				return errBroken
			}
			for {
				pause(ctx, 10*time.Second)
				if ctx.Err() != nil {
					return nil
				}
				finished[c.Lineage()]++
				c.Finished(1)
			}
		}})
		time.Sleep(time.Minute)
		synctest.Wait()
		require.True(t, p.Snapshot().CrashLooping)
		opened := p.count()
		time.Sleep(9*time.Minute + time.Second)
		synctest.Wait()
		require.True(t, p.Snapshot().CrashLooping)
		require.LessOrEqual(t, p.count()-opened, 9*60/15+1, "the gate slows new containers")
		require.Equal(t, [2]int{60, 60}, finished, "and nobody else")
		require.Len(t, p.startsOf(0), 1)
		require.Len(t, p.startsOf(1), 1)
	})
}

// crashLoopIsListed: what a dashboard can show of a crash loop, and that it vanishes with progress.
func crashLoopIsListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o outage
		p := open(t, supervisor.Config{Containers: 2, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			if o.over.Load() {
				return o.serve(ctx, c)
			}
			return &supervisor.CrashError{Input: supervisor.NoInput, Err: errBroken, Exit: 1, Output: "last words"}
		}})
		time.Sleep(time.Minute)
		synctest.Wait()
		snap := p.Snapshot()
		require.Equal(t, "open", snap.Gate)
		require.True(t, snap.CrashLooping)
		require.Positive(t, snap.StartDebt)
		require.Equal(t, "last words", snap.Last.Output)
		inARow, next := 0, time.Time{}
		for i, c := range snap.Containers {
			require.Equal(t, i, c.Lineage)
			require.Equal(t, supervisor.BackingOff, c.State)
			require.Equal(t, 1, c.Last.Exit)
			require.Equal(t, "last words", c.Last.Output)
			requireBetween(t, 1, time.Minute, time.Until(c.NextStart), "the wait left")
			inARow += c.Crashes
			if next.IsZero() || c.NextStart.Before(next) {
				next = c.NextStart
			}
		}
		require.Equal(t, snap.Crashes, inARow)
		starts := p.count()
		time.Sleep(time.Until(next))
		synctest.Wait()
		require.Equal(t, starts+1, p.count(), "the next start is when the snapshot says")

		o.over.Store(true)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		for _, c := range p.Snapshot().Containers {
			require.Zero(t, c.Crashes)
			require.Nil(t, c.Last)
			require.Zero(t, c.NextStart)
		}
		require.Equal(t, "closed", p.Snapshot().Gate)
		requireOrdered(t, p)
	})
}

// requireOrdered checks that no event is lost and each container's come in the order of its life.
func requireOrdered(t *testing.T, p *pool) {
	t.Helper()
	p.close()
	require.Zero(t, p.queue.Dropped())
	order := map[supervisor.Kind]int{
		supervisor.ContainerStarted: 1, supervisor.ContainerReady: 2,
		supervisor.ContainerCrashed: 3, supervisor.ContainerStopped: 3, supervisor.ContainerAbandoned: 3,
	}
	stage, current := map[int]int{}, map[int]int{}
	for i, ev := range p.events {
		if ev.Container < 0 {
			continue
		}
		require.Greater(t, order[ev.Kind], stage[ev.Container], "event %d: %+v", i, ev)
		stage[ev.Container] = order[ev.Kind]
		if ev.Kind == supervisor.ContainerStarted {
			if before, ok := current[ev.Lineage]; ok {
				require.Equal(t, 3, stage[before], "event %d: container %d starts before the end of %d is known", i, ev.Container, before)
			}
			current[ev.Lineage] = ev.Container
		}
	}
	require.Len(t, stage, p.count())
	for id, s := range stage {
		require.Equal(t, 3, s, "the end of container %d", id)
	}
}

// expectedEndsAreNoCrashes: containers that drain, are given up, or are cancelled past their grace.
func expectedEndsAreNoCrashes(t *testing.T) {
	for name, crashes := range map[string]policy.Crashes{"ephemeral": policy.Ephemeral{}, "deployed": policy.Deployed{}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStuck(t)
				p := open(t, supervisor.Config{Containers: 40, Crashes: crashes, Serve: func(ctx context.Context, c *supervisor.Container) error {
					if c.Lineage()%4 == 0 {
						c.Ready()
						return nil // drained
					}
					return s.serve(ctx, c)
				}})
				synctest.Wait()
				for _, c := range s.containers[:20] {
					require.True(t, c.Abandon())
				}
				synctest.Wait()
				snap := p.Snapshot()
				require.Zero(t, snap.Crashes+snap.StartDebt+snap.Streak)
				require.False(t, snap.CrashLooping)
				require.Equal(t, 20, snap.Abandoned)
				p.cancel()
				<-p.Done()
				require.Equal(t, time.Second, p.now())
				require.Zero(t, p.Snapshot().Crashes)
				require.Empty(t, p.crashes, "nobody is told of a crash, so no input is struck")
				require.NotEmpty(t, p.abandoned, "the owner of the work is told whose inputs to take back")
				s.release()
			})
		})
	}
}

// closeWhileWaiting: cancelled during backoff, gate wait, canary, ramp, first wave, probes.
func closeWhileWaiting(t *testing.T) {
	for name, c := range map[string]struct {
		crashes    policy.Crashes
		containers int
		heal       time.Duration
		until      func(supervisor.Snapshot) bool
	}{
		"backoff": {patient, 1, 0, func(s supervisor.Snapshot) bool { return s.Crashes > 3 && s.Live == 0 }},
		"gate":    {policy.Deployed{}, 64, 0, func(s supervisor.Snapshot) bool { return s.Gate == "open" && s.Live == 0 }},
		"canary":  {policy.Deployed{}, 64, time.Minute, func(s supervisor.Snapshot) bool { return s.Gate == "open" && s.Live == 1 }},
		"ramp":    {policy.Deployed{}, 64, time.Minute, func(s supervisor.Snapshot) bool { return s.Gate == "ramp" && s.Live > 1 }},
		"probes":  {patient, 200, 0, func(s supervisor.Snapshot) bool { return s.Crashes > 80 && s.Live == 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var o outage
				p := open(t, supervisor.Config{Containers: c.containers, Crashes: c.crashes, Serve: o.serve})
				if c.heal > 0 {
					time.Sleep(c.heal)
					o.over.Store(true)
				}
				for !c.until(p.Snapshot()) {
					requireBetween(t, 0, time.Hour, p.now(), "never there")
					time.Sleep(time.Millisecond)
					synctest.Wait()
				}
				requireStops(t, p)
			})
		})
	}
}
