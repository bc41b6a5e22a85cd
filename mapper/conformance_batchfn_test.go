package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// batchFn is a function over batches in the words of modal_cases.json.
type batchFn struct {
	Kind string `json:"kind"`
}

// batchTrace is every batch that a function was given.
type batchTrace struct {
	begin  time.Time
	setup  batchSetup
	misfit bool // the case has the function return what does not fit its inputs

	mu      sync.Mutex // for order: a batch and its begin are noted together
	batches tally[[]int]
	begins  tally[time.Duration]
}

// call is the case's function. With types, all that can be wrong with a result is its length.
func (b *batchTrace) call(_ context.Context, batch []operands) (values []float64, err error) {
	first := b.note(batch)
	for _, in := range batch {
		v, err := b.setup.Fn.one(in, first)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	if b.misfit {
		return values[1:], nil
	}
	return values, nil
}

// one is what the function does with one input of the batch. first says that some input of it has been in no batch
// before.
func (f batchFn) one(in operands, first bool) (float64, error) {
	switch f.Kind {
	case "batch_divide":
		if in.Y == 0 {
			return 0, errors.New("ZeroDivisionError('division by zero')")
		}
		return in.X / in.Y, nil
	case "batch_add":
		return in.X + in.Y, nil
	case "batch_fails_first_time":
		if first {
			return 0, errors.New("the first time")
		}
		return 0, nil
	case "batch_returns_string":
		return 0, nil
	}
	return 0, fmt.Errorf("unknown function %q", f.Kind)
}

func (b *batchTrace) note(batch []operands) (first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var indices []int
	for _, in := range batch {
		first = first || len(b.begun(in.index)) == 0
		indices = append(indices, in.index)
	}
	b.batches.add(indices)
	b.begins.add(time.Since(b.begin))
	return first
}

// begun is when the batches with an input were executed.
func (b *batchTrace) begun(input int) (at []time.Duration) {
	begins := b.begins.all()
	for n, batch := range b.batches.all() {
		for _, i := range batch {
			if i == input {
				at = append(at, begins[n])
			}
		}
	}
	return at
}
