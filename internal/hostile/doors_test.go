package hostile_test

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// A passage is a door and what is expected behind it.
type passage struct {
	takes func(hostile.Kind) bool // nil: every kind
	pass  func(hostile.Kind) error
	twin  bool // what comes in by it goes the way of another door
}

func errorsOnly(k hostile.Kind) bool { return k.Err != nil }

var doors = map[string]passage{
	"Collect": {pass: collect},
	"Map": {twin: true, pass: func(k hostile.Kind) error {
		return settled(k, slices.Collect(each(mapper.Map(ctx, do, inputs(k), options()))))
	}},
	"MapSeq": {twin: true, pass: func(k hostile.Kind) error {
		return settled(k, slices.Collect(each(mapper.MapSeq(ctx, do, slices.Values(inputs(k)), options()))))
	}},
	"Start": {twin: true, pass: func(k hostile.Kind) error {
		return started(mapper.Start(ctx, do, slices.Values(inputs(k)), options()))(k)
	}},
	"Each":           {pass: eachInput, twin: true},
	"Each of a body": {pass: eachOfBody, twin: true},
	"Call":           {pass: call},
	"Spawn":          {pass: spawn, twin: true},
	"a function":     {pass: onFunction, twin: true},
	"an endpoint":    {pass: post},
	"batches":        {pass: batches},
	"batches of one": {pass: batchesOfOne, twin: true},
	"many at once":   {pass: together},
	"enter":          {pass: enter, takes: func(k hostile.Kind) bool { return !k.Fatal }},
	"exit":           {pass: exit, twin: true},
	"the inputs":     {pass: source, twin: true},
	"the context":    {pass: caused, takes: errorsOnly},
}

var ctx = context.Background()

// options are those of all runs: each kind has another attempt, whatever it was.
func options() mapper.Options {
	return mapper.Options{
		Name: "hostile", Containers: 2, CrashLimit: 2, ReturnExceptions: true, Observer: watching,
		Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Millisecond},
	}
}

// deployed are those of functions, which have no results in a list.
func deployed() mapper.Options {
	o := options()
	o.ReturnExceptions = false
	return o
}

// do does what the input says, by the name of a kind.
func do(_ context.Context, in string) (string, error) {
	if in == "" {
		return fine, nil
	}
	return fine, named(in).Do()
}

const (
	fine = "fine"
	at   = 3 // where the hostile input is
)

// inputs are the hostile one among others.
func inputs(k hostile.Kind) []string {
	all := make([]string, 7)
	all[at] = k.Name
	return all
}

type result = mapper.Result[string, string]

// each yields what comes by a channel.
func each(results <-chan result) iter.Seq[result] {
	return func(yield func(result) bool) {
		for r := range results {
			if !yield(r) {
				return
			}
		}
	}
}

func collect(k hostile.Kind) error {
	out, err := mapper.Collect(ctx, do, inputs(k), options())
	return values(k, out, err)
}

func started(run *mapper.Run[string, string], err error) func(hostile.Kind) error {
	return func(k hostile.Kind) error {
		if err != nil {
			return err
		}
		results := slices.Collect(run.All())
		return first(settled(k, results), run.Wait())
	}
}

func eachOfBody(k hostile.Kind) error {
	return failures(k, mapper.Plain(do).Each(ctx, inputs(k), options()))
}

func eachInput(k hostile.Kind) error {
	return failures(k, mapper.Each(ctx, func(ctx context.Context, in string) error {
		_, err := do(ctx, in)
		return err
	}, inputs(k), options()))
}
