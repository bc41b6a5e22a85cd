//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/longshore-go/longshore/bench/queues"
	"github.com/longshore-go/longshore/mapper"
)

var contests = []contest{
	shares(12, 1, 100_000, 5_000), shares(192, 1, 100_000, 5_000),
	shares(12, 256, 1_000_000, 1_000), shares(192, 256, 1_000_000, 1_000),
	dozes(time.Millisecond), dozes(10 * time.Millisecond),
	answers,
}

// thousands is how many thousands a second of so many inputs.
func thousands(n int, took time.Duration) float64 { return float64(n) / took.Seconds() / 1e3 }

// shares is no-ops of 16 bytes, so many in a job as in a batch of Longshore's; and in the chunks that Longshore makes by itself.
func shares(slots, batch, n, jobs int) contest {
	return contest{
		fmt.Sprintf("no-op, 16 B, %d slots, %d a job", slots, batch), slots,
		[]string{fmt.Sprintf(", batches of %d", batch), ", chunks of its own"},
		[]string{""},
		perSecond, "≥ 5",
		func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
			inputs := numbered(scaled(n, scale), 16)
			began := time.Now()
			if _, err := mapper.Batched(echoAll, mapper.Batch{Size: batch}).Collect(ctx, inputs, opts(s.caller, slots)); err != nil {
				return nil, err
			}
			batches := time.Since(began)
			chunks, err := timed(ctx, echo, inputs, opts(s.caller, slots))
			return []float64{thousands(len(inputs), batches), thousands(len(inputs), chunks)}, err
		},
		mapped(0, jobs, batch),
	}
}

// dozes is jobs that sleep.
func dozes(d time.Duration) contest {
	const slots = 192
	return contest{
		fmt.Sprintf("%v of sleep, %d slots", d, slots), slots,
		[]string{""},
		[]string{""},
		perSecond, "",
		func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
			inputs := slices.Repeat([]time.Duration{d}, scaled(20_000, scale))
			took, err := timed(ctx, nap, inputs, opts(s.caller, slots))
			return []float64{thousands(len(inputs), took)}, err
		},
		mapped(d, 5_000, 1),
	}
}

// mapped is jobs of a queue, all sent and all results had.
func mapped(d time.Duration, jobs, batch int) func(context.Context, queues.Queue, float64) ([]float64, error) {
	return func(ctx context.Context, q queues.Queue, scale float64) ([]float64, error) {
		payloads := numbered(scaled(jobs, scale), 16*batch)
		began := time.Now()
		got, err := q.Map(ctx, d, payloads)
		took := time.Since(began)
		if err == nil && !slices.EqualFunc(payloads, got, bytes.Equal) {
			err = errors.New("the results are not the inputs")
		}
		return []float64{thousands(len(payloads)*batch, took)}, err
	}
}

// answers is calls, one after the other.
var answers = contest{
	"Call, 16 B", 4 * workers,
	[]string{", p50", ", p99"},
	[]string{", p50", ", p99"},
	"ms", "",
	func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
		f, err := mapper.Deploy(ctx, mapper.Plain(echo), opts(s.caller, 1))
		if err != nil {
			return nil, err
		}
		defer f.Stop(ctx)
		return answered(scaled(2000, scale), func() error { _, err := f.Call(ctx, make([]byte, 16)); return err })
	},
	func(ctx context.Context, q queues.Queue, scale float64) ([]float64, error) {
		return answered(scaled(100, scale), func() error { _, err := q.Call(ctx, make([]byte, 16)); return err })
	},
}

// answered is the median of so many calls and their 99th hundredth, in ms.
func answered(n int, call func() error) ([]float64, error) {
	took, err := called(n, call)
	return []float64{quantile(took, 0.5) / 1e3, quantile(took, 0.99) / 1e3}, err
}
