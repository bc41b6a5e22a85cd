package outputs_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/outputs"
)

// TestOutputsUnderWay has containers push, a drain settle and a reader read at the same time: all
// outputs come, those of each input in their order, and in an ordered stream input by input.
func TestOutputsUnderWay(t *testing.T) {
	t.Parallel()
	for name, unordered := range map[string]bool{"ordered": false, "unordered": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const inputs, containers = 600, 4
			r := &running{
				Stream:  outputs.New[int, int](outputs.Options{Unordered: unordered, All: true, Outstanding: 40, Containers: containers}),
				results: make(chan result, inputs),
			}
			var working sync.WaitGroup
			for range containers {
				working.Go(func() { r.work(inputs) })
			}
			go func() {
				working.Wait()
				close(r.results)
			}()
			go r.drain(unordered)

			at, failures, last := make([]int, inputs), 0, 0
			r.Read(func(o outputs.Output[int, int]) bool {
				require.Equal(t, o.Index, o.Input)
				require.Equal(t, at[o.Index], o.Number)
				at[o.Index]++
				if o.Err != nil {
					failures++
				} else {
					require.Equal(t, 1000*o.Index+o.Number, o.Value)
				}
				require.True(t, unordered || last <= o.Index)
				last = o.Index
				return true
			})
			r.Leave(func() {})
			for i, n := range at {
				want := outputsOf(i)
				if fails(i) {
					want++
				}
				require.Equal(t, want, n, "input %d", i)
			}
			require.Equal(t, inputs/10, failures)
		})
	}
}

func outputsOf(i int) int { return i * 7 % 60 }
func fails(i int) bool    { return i%10 == 3 }

type result struct {
	index  int
	buffer *outputs.Buffer[int, int]
	err    error
}

type running struct {
	*outputs.Stream[int, int]
	results chan result

	mu   sync.Mutex
	next int
}

// pull adds the next input.
func (r *running) pull(inputs int) (i int, b *outputs.Buffer[int, int]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == inputs {
		return 0, nil
	}
	r.next++
	return r.next - 1, r.Add(r.next - 1)
}

// work is a container.
func (r *running) work(inputs int) {
	for i, b := r.pull(inputs); b != nil; i, b = r.pull(inputs) {
		for k := range outputsOf(i) {
			b.Push(context.Background(), noClock{}, 1000*i+k)
		}
		var err error
		if fails(i) {
			err = errBad
		} else {
			b.End(nil)
		}
		r.results <- result{i, b, err}
	}
}

// drain settles what comes, in an ordered run in order.
func (r *running) drain(unordered bool) {
	defer r.Drained(none)
	early, next := map[int]result{}, 0
	for res := range r.results {
		if unordered {
			r.Settled(res.index, res.buffer, res.err)
			continue
		}
		early[res.index] = res
		for res, ok := early[next]; ok; res, ok = early[next] {
			r.Settled(next, res.buffer, res.err)
			next++
		}
	}
}
