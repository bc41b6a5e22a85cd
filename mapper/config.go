package mapper

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/gate"
	"github.com/longshore-go/longshore/mapper/internal/pace"
	"github.com/longshore-go/longshore/supervisor"
)

// What the rooms below are told of the options.

// cheap is what an input costs at most that is begun together with others; a variable for
// tests, since under the race detector nothing is cheap.
var cheap = pace.Cheap

func (s Scale) fleet() fleet.Scale { return fleet.Scale(s) }

// fleet is what a pool has of the options.
func (o Options) fleet(id uint64, lasting bool) fleet.Config {
	return fleet.Config{
		ID: id, Name: o.Name, Lasting: lasting,
		Runtime: o.Runtime, Crashes: o.Crashes, MaxInputs: o.MaxInputs, TargetInputs: o.TargetInputs,
		Timeout: o.attempt(), Total: o.TotalTimeout, StartTimeout: o.StartTimeout, Grace: o.Grace, ExitGrace: o.ExitGrace,
		Recycle:           fleet.Recycle(o.Recycle),
		StartTimeoutError: func(limit time.Duration) error { return &StartTimeoutError{Timeout: limit} },
		TimeoutError: func(limit time.Duration, crash *supervisor.CrashError) error {
			return &TimeoutError{Timeout: limit, Crash: crash}
		},
		TotalError: func(limit time.Duration, last error, crash *supervisor.CrashError) error {
			return &TimeoutError{Timeout: limit, Total: true, Err: last, Crash: crash}
		},
		ExitError: func(container int, err error) error { return &ExitError{Container: container, Err: err} },
	}
}

// attempt is how long an attempt may take: not longer than its input.
func (o Options) attempt() time.Duration {
	if o.TotalTimeout > 0 && (o.Timeout == 0 || o.TotalTimeout < o.Timeout) {
		return o.TotalTimeout
	}
	return o.Timeout
}

// gates is what those of a pool go by.
func (o Options) gates(body shape) engine.Gates {
	g := engine.Gates{Rate: o.Rate, Delay: o.Retries.Delay, Limits: body.limits(o)}
	if o.Adaptive.On() {
		a := o.Adaptive.WithDefaults()
		g.Adaptive = &gate.AdaptiveConfig{Min: a.Min, Initial: a.Initial, Max: o.Containers * o.MaxInputs, Window: a.Window}
	}
	return g
}

// engine is what a run has of them.
func (o Options) engine(t types, owner engine.Owner) engine.Config {
	limit := o.FailureLimit // and not all options, which would have to outlive this
	return engine.Config{
		Name: o.Name, Containers: o.Containers, Retries: o.Retries, CrashLimit: o.CrashLimit,
		AtMostOnce: o.AtMostOnce, ReturnExceptions: o.ReturnExceptions, Outstanding: o.Outstanding,
		Grace: o.Grace, Cheap: cheap, FailureLimit: limit, Hedge: o.Hedge,
		NewChunk: t.newChunk, Batches: t.batches, Asks: t.asks, Describe: t.describe, Owner: owner,
		Errors: engine.Errors{
			Input: func(index, attempts int, err error) error {
				return &InputError{Index: index, Attempts: attempts, Err: err}
			},
			Ask:    func(value any, stack string) error { return &KeyError{Panic: value, Stack: stack} },
			Weight: func(weight, capacity int64) error { return &WeightError{Weight: weight, Capacity: capacity} },
			Death:  func(deaths int) error { return &DeathError{Deaths: deaths} },
			Length: func(inputs, values int, each supervisor.Errors) error {
				return &LengthError{Inputs: inputs, Values: values, Errors: each}
			},
			Limit: func(failed int, last error) error {
				return &FailureLimitError{Limit: limit, Failed: failed, Err: last}
			},
		},
	}
}
