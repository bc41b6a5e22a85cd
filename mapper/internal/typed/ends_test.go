package typed_test

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// TestPull has inputs go through the ring, more than it holds, round its end.
func TestPull(t *testing.T) {
	t.Parallel()
	const inputs = 1000
	window := &intake.Window{Size: 6}
	var over atomic.Bool
	var lot park.Lot
	source := intake.NewIterator(window, 1, &over, &lot)
	require.Equal(t, 8, source.RingSize())
	all := make([]int, inputs)
	for i := range all {
		all[i] = 7 * i
	}
	ended := make(chan *intake.Panicked, 1)
	go typed.Pull[int, int](source, slices.Values(all), func(p *intake.Panicked) { ended <- p })

	var got []int
	ch := typed.New[int, int]()
	for len(got) < inputs {
		w := park.NewWakeup()
		lot.Sleep(w, 0, func() bool { return source.Waiting() > 0 })
		if source.Claim(ch, 5, true) {
			require.Equal(t, len(got), ch.Lo)
			got = append(got, typed.Of[int, int](ch).In...)
			window.Delivered.Store(int64(len(got)))
			source.Room()
		}
	}
	require.Nil(t, <-ended)
	require.Equal(t, all, got)
	require.Equal(t, inputs, source.Total())
}

// TestClaimedInputsLeaveTheRing: what was claimed is not kept alive by it, nor changed by what
// comes into the same slot.
func TestClaimedInputsLeaveTheRing(t *testing.T) {
	t.Parallel()
	window := &intake.Window{Size: 2}
	var over atomic.Bool
	var lot park.Lot
	source := intake.NewIterator(window, 1, &over, &lot)
	first, second := typed.New[int, int](), typed.New[int, int]()
	ended := make(chan *intake.Panicked, 1)
	typed.Pull[int, int](source, func(yield func(int) bool) {
		for i := 1; i <= 4; i++ {
			if i == 3 {
				require.True(t, source.Claim(first, 2, true))
			}
			window.Delivered.Add(1)
			yield(i)
		}
	}, func(p *intake.Panicked) { ended <- p })
	require.Nil(t, <-ended)
	require.True(t, source.Claim(second, 2, true))
	require.Equal(t, []int{1, 2}, typed.Of[int, int](first).In)
	require.Equal(t, []int{3, 4}, typed.Of[int, int](second).In)
	require.Equal(t, 4, source.Taken())
	require.NotEqual(t, math.MaxInt, source.Total())
}

// TestRingLetsGo of what was claimed: inputs may be large, and slots are not used again for long.
func TestRingLetsGo(t *testing.T) {
	t.Parallel()
	type large = *[1 << 16]byte
	window := &intake.Window{Size: 8}
	var over atomic.Bool
	var lot park.Lot
	source := intake.NewIterator(window, 1, &over, &lot)
	var held []weak.Pointer[[1 << 16]byte]
	typed.Pull[large, int](source, func(yield func(large) bool) {
		for range 3 {
			in := new([1 << 16]byte)
			held = append(held, weak.Make(in))
			yield(in)
		}
	}, func(*intake.Panicked) {})
	ch := typed.New[large, int]()
	require.True(t, source.Claim(ch, 2, true))
	ch.Payload.Clear()
	runtime.GC()
	require.Nil(t, held[0].Value())
	require.Nil(t, held[1].Value())
	require.NotNil(t, held[2].Value(), "it is not claimed")
	runtime.KeepAlive(source)
}

func TestBatches(t *testing.T) {
	t.Parallel()
	a, pa := holding("a", "b")
	b, pb := holding("c")
	var batches typed.Batches[string, int]
	require.Equal(t, []string{"a", "b", "c"}, batches.Gather([]*chunk.Chunk{a, b}))
	require.Equal(t, 3, batches.Len([]int{1, 2, 3}, 4))
	require.Zero(t, batches.Len(nil, 4))
	require.Zero(t, batches.Len([]string{"of another type"}, 4))
	batches.Place(a, []int{1, 2, 3}, 0)
	batches.Place(b, []int{1, 2, 3}, 2)
	require.Equal(t, []int{1, 2}, pa.Out)
	require.Equal(t, []int{3}, pb.Out)
}

// TestPlaceFewer has a batch return fewer values than inputs: what has none keeps what it had.
func TestPlaceFewer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values any
		at     int
		want   []int
	}{
		"all":             {[]int{7, 8, 9}, 1, []int{8, 9}},
		"one":             {[]int{7, 8}, 1, []int{8, 1}},
		"none":            {[]int{7}, 1, []int{0, 1}},
		"far beyond":      {[]int{7}, 9, []int{0, 1}},
		"more than asked": {[]int{7, 8, 9, 10}, 1, []int{8, 9}},
		"nothing":         {nil, 0, []int{0, 1}},
		"of another type": {[]string{"x"}, 0, []int{0, 1}},
	} {
		ch, p := holding("a", "b")
		typed.Batches[string, int]{}.Place(ch, c.values, c.at)
		require.Equal(t, c.want, p.Out, name)
	}
}

// TestSliceSink puts values in their places, whatever comes first, and keeps failures.
func TestSliceSink(t *testing.T) {
	t.Parallel()
	free := &chunk.FreeList{New: typed.New[string, int]}
	sink := typed.SliceSink[string, int]{Out: make([]int, 5), Free: free}
	put := func(lo int, task *chunk.Task, values ...int) {
		ch := free.Get()
		ch.Lo, ch.N, ch.Task = lo, len(values), task
		ch.Grow()
		copy(typed.Of[string, int](ch).Out, values)
		require.False(t, sink.Put(ch), "nobody waits for it")
	}
	failed := &chunk.Task{Index: 2, Attempts: 3, Err: errors.New("failed"), Ended: true}
	put(3, nil, 30, 40)
	put(2, failed, 99)
	put(0, nil, 0, 10)
	put(2, &chunk.Task{Index: 2}, 20) // a retry that has succeeded
	require.Equal(t, []int{0, 10, 20, 30, 40}, sink.Out)
	require.Equal(t, []*typed.Failure{{Index: 2, Attempts: 3, Err: failed.Err, Ended: true}}, sink.InOrder())
}
