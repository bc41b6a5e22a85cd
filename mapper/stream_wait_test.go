package mapper_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// TestStreamNeverWaitsForItself has cheap inputs, which a container begins several at a
// time, next to those that fill their pipes, and crashes that give inputs back: what the
// reader waits for must always be under way, however few the containers.
func TestStreamNeverWaitsForItself(t *testing.T) {
	t.Parallel()
	const inputs = 3000
	for _, containers := range []int{1, 2, 7} {
		for _, outstanding := range drawn(0, 1, 3, 9) {
			for _, timeout := range []time.Duration{0, time.Hour} {
				for _, unordered := range []bool{false, true} {
					opts := mapper.Options{
						Containers: containers, Outstanding: outstanding, Unordered: unordered, Timeout: timeout,
						ReturnExceptions: true, Crashes: forgiving,
					}
					t.Run(fmt.Sprintf("%d %d %v %v", containers, outstanding, timeout, unordered), func(t *testing.T) {
						t.Parallel()
						checkNeverWaits(t, inputs, opts)
					})
				}
			}
		}
	}
}

func checkNeverWaits(t *testing.T, inputs int, opts mapper.Options) {
	fn := func(_ context.Context, i int) iter.Seq2[int, error] {
		switch {
		case i%97 == 13:
			panic(errReading)
		case i%61 == 5:
			return numbers(200)
		case i%8 == 3:
			return numbers(1)
		}
		return nil
	}
	outputs, crashes := 0, 0
	for o := range mapper.Stream(t.Context(), fn, upTo(inputs), opts) {
		if o.Err != nil {
			requireStreamCrash(t, o.Err)
			crashes++
		} else {
			outputs++
		}
	}
	wantOutputs, wantCrashes := 0, 0
	for i := range inputs {
		switch {
		case i%97 == 13:
			wantCrashes++
		case i%61 == 5:
			wantOutputs += 200
		case i%8 == 3:
			wantOutputs++
		}
	}
	if outputs != wantOutputs || crashes != wantCrashes {
		t.Errorf("%d outputs and %d crashes, want %d and %d", outputs, crashes, wantOutputs, wantCrashes)
	}
}
