package supervisor_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// A pool whose only container crashes twice and then does its work.
func ExampleStart() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pool := supervisor.Start(ctx, supervisor.Config{
		Containers: 1,
		Crashes:    policy.Ephemeral{},
		Serve: func(_ context.Context, c *supervisor.Container) error {
			c.Ready()
			if c.ID() < 2 {
				panic("boom")
			}
			c.Finished(1)
			return nil // nothing more to do
		},
		Crashed: func(_ *supervisor.Container, crash *supervisor.CrashError) supervisor.Evidence {
			fmt.Println(crash)
			return supervisor.Evidence{Idle: true} // it executed nothing
		},
		Cutoff: func(*supervisor.CutoffError) { cancel() },
	})
	<-pool.Done()
	s := pool.Snapshot()
	fmt.Println(s.Starts, "starts,", s.Crashes, "crashes")
	// Output:
	// supervisor: container 0 crashed while idle: panic: boom
	// supervisor: container 1 crashed while idle: panic: boom
	// 3 starts, 2 crashes
}

// What a caller can ask of the end of a run that gave up.
func ExampleCutoffError() {
	full := errors.New("disk full")
	var err error = &supervisor.CutoffError{
		Rule: policy.RuleCold, Crashes: 98, Inputs: 96, Streak: 96, Pauses: 2,
		Last: &supervisor.CrashError{Container: 4, Phase: supervisor.PhaseInput, Input: 17, Panic: full},
	}
	crash, ok := errors.AsType[*supervisor.CrashError](err)
	fmt.Println(err)
	fmt.Println(errors.Is(err, supervisor.ErrCutoff), errors.Is(err, full), ok, crash.Input)
	// Output:
	// supervisor: crashes outweigh progress (cold: 96 different inputs were tried and none has ever finished; 98 crashes), last: supervisor: container 4 crashed on input 17: panic: disk full
	// true true true 17
}

func ExampleState_CanBecome() {
	fmt.Println(supervisor.Idle.CanBecome(supervisor.Running), supervisor.Stopped.CanBecome(supervisor.Running))
	// Output: true false
}

// A slow observer delays nobody: what it cannot keep up with is dropped and counted.
func ExampleNewEvents() {
	events := supervisor.NewEvents(supervisor.ObserverFunc(func(ev supervisor.Event) { fmt.Println(ev.Kind, ev.Function) }), 1, "greeter", 1)
	events.Emit(supervisor.Event{Kind: supervisor.RunStarted})
	events.Emit(supervisor.Event{Kind: supervisor.RunEnded})
	events.Close(1e9)
	fmt.Println("dropped:", events.Dropped())
	// Output:
	// run_started greeter
	// run_ended greeter
	// dropped: 0
}
