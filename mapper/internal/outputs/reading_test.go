package outputs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/outputs"
)

var errBad = errors.New("bad")

// reading is a stream, its reader, and the buffers of so many inputs, which are their indices.
type reading struct {
	*outputs.Stream[int, string]
	buffers []*outputs.Buffer[int, string]
	seen    []string // by the reader
	over    bool
	leaveAt int // the reader leaves after so many; 0: never
}

// read begins one. It is to be used in a bubble, and seen only while all in it wait.
func read(opts outputs.Options, inputs int) *reading {
	r := &reading{Stream: outputs.New[int, string](opts)}
	for i := range inputs {
		r.buffers = append(r.buffers, r.Add(i))
	}
	return r
}

func (r *reading) begin() {
	go func() {
		r.Read(func(o outputs.Output[int, string]) bool {
			r.seen = append(r.seen, describe(o))
			return len(r.seen) != r.leaveAt
		})
		r.over = true
	}()
}

// describe says all of an output in a word or two.
func describe(o outputs.Output[int, string]) string {
	switch {
	case o.Index < 0:
		return "end: " + o.Err.Error()
	case o.Input != o.Index:
		return fmt.Sprintf("input %d has index %d", o.Input, o.Index)
	case o.Err != nil:
		return fmt.Sprintf("%d.%d: %v", o.Index, o.Number, o.Err)
	}
	return fmt.Sprintf("%d.%d=%s", o.Index, o.Number, o.Value)
}

// news returns what the reader has seen since it was last asked.
func (r *reading) news() (seen []string) {
	synctest.Wait()
	seen, r.seen = r.seen, nil
	return seen
}

// push adds outputs of an input.
func (r *reading) push(t *testing.T, i int, values ...string) {
	for _, v := range values {
		require.True(t, r.buffers[i].Push(t.Context(), noClock{}, v))
	}
}

// none is the end of a run without a cause.
func none() error { return nil }

func TestOutputsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{Outstanding: 100}, 3)
		r.begin()
		r.push(t, 2, "x")
		r.push(t, 1, "a", "b")
		require.Empty(t, r.news())
		r.push(t, 0, "p")
		require.Equal(t, []string{"0.0=p"}, r.news())
		require.True(t, r.buffers[1].End(nil))
		require.Empty(t, r.news())
		r.push(t, 0, "q", "r")
		require.Equal(t, []string{"0.1=q", "0.2=r"}, r.news(), "at once")
		require.True(t, r.buffers[0].End(nil))
		require.Equal(t, []string{"1.0=a", "1.1=b", "2.0=x"}, r.news())
		require.True(t, r.buffers[2].End(nil))
		for i, b := range r.buffers {
			require.True(t, r.Settled(i, b, nil))
		}
		require.False(t, r.over)
		r.Drained(none)
		require.Empty(t, r.news())
		require.True(t, r.over)
	})
}

func TestOutputsAsTheyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{Unordered: true, Outstanding: 100}, 3)
		r.begin()
		r.push(t, 2, "x")
		require.Equal(t, []string{"2.0=x"}, r.news())
		r.push(t, 0, "p", "q")
		require.Equal(t, []string{"0.0=p", "0.1=q"}, r.news())
		r.push(t, 2, "y")
		require.Equal(t, []string{"2.1=y"}, r.news())
		for _, i := range []int{2, 1, 0} { // 1 has said nothing
			require.True(t, r.Settled(i, r.buffers[i], nil))
		}
		r.Drained(none)
		require.Empty(t, r.news())
		require.True(t, r.over)
	})
}

// TestProducerWaitsForTheReader: no more than 16 outputs of an input wait, in the buffer and in
// the reader's hands.
func TestProducerWaitsForTheReader(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const total = 100
			r := read(outputs.Options{Unordered: unordered, Outstanding: 100}, 1)
			pushed := 0
			go func() {
				for range total {
					r.buffers[0].Push(t.Context(), noClock{}, "v")
					pushed++
				}
				r.Settled(0, r.buffers[0], nil)
				r.Drained(none)
			}()
			synctest.Wait()
			require.Equal(t, 16, pushed)
			yielded := 0
			r.Read(func(o outputs.Output[int, string]) bool {
				synctest.Wait()
				require.Equal(t, yielded, o.Number)
				require.LessOrEqual(t, pushed, yielded+16)
				require.GreaterOrEqual(t, pushed, min(yielded+9, total), "half of that room is used again")
				yielded++
				return true
			})
			require.Equal(t, total, yielded)
		})
	}
}

// TestPushComesTooLate where the attempt or the buffer has ended, also while it waits.
func TestPushComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{Outstanding: 100}, 2)
		ctx, cancel := context.WithCancel(t.Context())
		for range 16 {
			require.True(t, r.buffers[0].Push(ctx, noClock{}, "v"))
		}
		waits := make(chan bool)
		go func() { waits <- r.buffers[0].Push(ctx, noClock{}, "v") }()
		synctest.Wait()
		cancel()
		require.False(t, <-waits)
		require.False(t, r.buffers[1].Push(ctx, noClock{}, "v"))
		require.True(t, r.buffers[1].End(nil))
		require.False(t, r.buffers[1].Push(t.Context(), noClock{}, "v"))
	})
}

func TestShown(t *testing.T) {
	t.Parallel()
	var b outputs.Wrapped = outputs.New[int, string](outputs.Options{}).Add(42)
	require.Equal(t, 42, b.Shown())
}

// noClock is that of attempts without a timeout.
type noClock struct{}

func (noClock) Pause()  {}
func (noClock) Resume() {}
