//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// journals is what a journal in JetStream costs a run, and the next one that reads it. It is kept by the server that chunks go by.
var journals = testCase{
	"a journal in JetStream", 4,
	[]rounds.Row{
		{Name: "no-op, 12 slots: time added", Unit: "%", Bar: "≤ 30"},
		{Name: "1 ms of sleep, 12 slots: time added", Unit: "%", Bar: "≤ 2"},
		{Name: "what the no-ops have recorded is known after", Unit: "s", Bar: "≤ 0.3"},
	},
	func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
		const slots = workers * 4
		kept := opts(s.caller, slots)
		inputs := numbered(scaled(1_000_000, scale), 16)
		kept.Journal = s.caller.Journal("no-ops", cluster.JournalOptions{})
		quick, err := added(ctx, echo, inputs, opts(s.caller, slots), kept)
		if err != nil {
			return nil, err
		}
		kept.Journal = s.caller.Journal("naps", cluster.JournalOptions{})
		slow, err := added(ctx, nap, slices.Repeat([]time.Duration{time.Millisecond}, scaled(20_000, scale)), opts(s.caller, slots), kept)
		if err != nil {
			return nil, err
		}
		known, err := opened(ctx, s, inputs)
		return []float64{quick, slow, known}, err
	},
}

// added is by how many hundredths the second options make collecting slower than the first.
func added[In, Out any](ctx context.Context, fn func(context.Context, In) (Out, error), inputs []In, without, with mapper.Options) (float64, error) {
	bare, err := timed(ctx, fn, inputs, without)
	if err != nil {
		return 0, err
	}
	kept, err := timed(ctx, fn, inputs, with)
	return 100 * (kept.Seconds()/bare.Seconds() - 1), err
}

// opened is how long the next life of the no-ops takes until it knows what is recorded, all of which it restores.
func opened(ctx context.Context, s *fleet, inputs [][]byte) (float64, error) {
	told := make(chan time.Time, 1)
	o := opts(s.caller, workers*4)
	o.Journal = s.caller.Journal("no-ops", cluster.JournalOptions{FreshOnly: true})
	o.Observer = supervisor.ObserverFunc(func(e supervisor.Event) {
		if e.Kind == supervisor.JournalOpened {
			told <- time.Now()
		}
	})
	began := time.Now()
	run, err := mapper.Start(ctx, echo, slices.Values(inputs), o)
	if err != nil {
		return 0, err
	}
	for range run.All() {
		return 0, errors.New("an input is executed again")
	}
	if err := run.Wait(); err != nil {
		return 0, err
	}
	if n := run.Stats().Journaled.Restored; n != len(inputs) {
		return 0, fmt.Errorf("%d of %d are restored", n, len(inputs))
	}
	return (<-told).Sub(began).Seconds(), nil
}
