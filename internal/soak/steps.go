package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

// An order is an input. It carries its script, since nothing else travels to a worker.
type order struct {
	ID     int // among all inputs of the round
	Script script
	Book   string // where a worker finds the book
	Joint  bool   // a batch fails as a whole
}

// An answer is the value of an order.
type answer struct{ ID, Square int }

func right(id int) answer { return answer{id, id*id + 1} }

var errOwn = errors.New("soak: an error of the function's own")

var errCancelled = errors.New("soak: cancelled")

func init() { process.RegisterSentinel(errOwn) }

// attempt executes one attempt.
func (b *book) attempt(ctx context.Context, o order) (answer, error) {
	st := o.Script.step(b.note(o.ID, begun))
	if err := b.do(ctx, st, o); err != nil {
		return answer{}, err
	}
	b.note(o.ID, valued)
	return right(o.ID), nil
}

// batch executes one attempt of several inputs. What crashes in one, crashes in all.
func (b *book) batch(ctx context.Context, orders []order) ([]answer, error) {
	steps := make([]step, len(orders))
	for i, o := range orders {
		steps[i] = o.Script.step(b.note(o.ID, begun))
	}
	values, errs := make([]answer, len(orders)), make(mapper.Errors, len(orders))
	for i, o := range orders {
		values[i] = right(o.ID)
		errs[i] = b.do(ctx, steps[i], orders...)
	}
	failed := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if failed >= 0 && orders[0].Joint {
		return nil, errs[failed]
	}
	for i, o := range orders {
		if errs[i] == nil {
			b.note(o.ID, valued)
		}
	}
	if failed >= 0 {
		return values, errs
	}
	return values, nil
}

// do does a step. Who crashes has it written down for all that executes with it.
func (b *book) do(ctx context.Context, st step, with ...order) error {
	b.inject(st.Does)
	if more, err := spend(ctx, st); !more {
		return err
	}
	switch st.Does {
	case "error":
		return errOwn
	case "permanent":
		return policy.Permanent(errOwn)
	case "after":
		return policy.RetryAfter(errOwn, ms)
	case "throttled":
		return policy.Throttled(errOwn, refuse)
	case "retire":
		mapper.Retire(ctx)
	case "obey":
		<-ctx.Done()
		return context.Cause(ctx)
	case "ok", "spin":
	default:
		if st.Does == "exit-late" { // when its time is up, and before anybody kills it
			<-ctx.Done()
		}
		for _, o := range with {
			b.note(o.ID, crashed)
		}
		crash(st.Does)
	}
	return nil
}

// crash brings the container down.
func crash(does string) {
	switch does {
	case "panic":
		panic("boom")
	case "panic-error":
		panic(errOwn)
	case "goexit":
		runtime.Goexit()
	}
	perish(does)
}

// spend takes the time of a step. It reports false if that was all of it: it ignores its context, or
// has an end by that.
func spend(ctx context.Context, st step) (more bool, err error) {
	if st.Does == "ignore" {
		time.Sleep(st.Take)
		return false, nil
	}
	if !rest(ctx, st) {
		return false, context.Cause(ctx)
	}
	return true, nil
}

// rest takes its time, asleep or not, and reports false if the context ends first.
func rest(ctx context.Context, st step) bool {
	switch {
	case st.Take == 0:
	case st.Does == "spin":
		for end := time.Now().Add(st.Take / 10); time.Now().Before(end); {
			continue
		}
	default:
		select {
		case <-time.After(st.Take):
		case <-ctx.Done():
		}
	}
	return ctx.Err() == nil
}

// crashes reports that a step brings its container down.
func crashes(does string) bool {
	switch does {
	case "ok", "spin", "error", "permanent", "after", "throttled", "retire", "obey", "ignore":
		return false
	}
	return true
}
