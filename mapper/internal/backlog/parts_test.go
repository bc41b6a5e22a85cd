package backlog_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// failed is a batch of the next n inputs of the source, which has failed as a whole.
func (r *room) failed(n int) (tasks []*chunk.Task) {
	ch := r.claim(n)
	for i := range n {
		tasks = append(tasks, ch.TaskOf(i))
	}
	return tasks
}

// part says which inputs the next part has.
func (r *room) part(n int) (indices []int) {
	for _, ch := range r.TakePart(n) {
		indices = append(indices, ch.Lo)
	}
	return indices
}

// TestParts: what waits of failed batches, and which is taken next.
func TestParts(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*room)
		room   int
		parts  [][]int
	}{
		"none":          {func(*room) {}, 9, [][]int{nil}},
		"halves":        {func(r *room) { r.Split(r.failed(4), 4) }, 9, [][]int{{0, 1}, {2, 3}, nil}},
		"an odd number": {func(r *room) { r.Split(r.failed(3), 3) }, 9, [][]int{{0}, {1, 2}, nil}},
		"what is left of a batch of which others are retried": {func(r *room) { r.Split(r.failed(3), 4) }, 9, [][]int{{0, 1, 2}, nil}},
		"in the order of inputs, whichever was first": {func(r *room) {
			low, high := r.failed(2), r.failed(2)
			r.Split(high, 2)
			r.Split(low, 2)
		}, 9, [][]int{{0}, {1}, {2}, {3}, nil}},
		"of mixed batches": {func(r *room) {
			a := r.failed(6)
			r.Split([]*chunk.Task{a[5], a[0], a[2]}, 9)
			r.Split([]*chunk.Task{a[4], a[1], a[3]}, 9)
		}, 9, [][]int{{0, 2, 5}, {1, 3, 4}, nil}},
		"no more than there is room for": {func(r *room) { r.Split(r.failed(6), 6) }, 2, [][]int{{0, 1}, {2}, {3, 4}, {5}, nil}},
		"one that was broken off": {func(r *room) {
			r.Split(r.failed(4), 4)
			for _, ch := range r.TakePart(9) {
				r.Again(ch.TaskOf(0))
			}
		}, 9, [][]int{{0, 1}, {2, 3}, nil}},
		"one that was not begun": {func(r *room) {
			r.Split(r.failed(4), 4)
			for _, ch := range r.TakePart(9) {
				r.Return(ch)
			}
		}, 9, [][]int{{0, 1}, {2, 3}, nil}},
		"without one that nobody wants": {func(r *room) {
			tasks := r.failed(4)
			r.Split(tasks, 4)
			r.Remove(tasks[0])
		}, 9, [][]int{{1}, {2, 3}, nil}},
		"without one that is retried": {func(r *room) {
			r.Split(r.failed(4), 4)
			r.Retry(r.TakePart(9)[0].Task, r.now())
		}, 9, [][]int{{2, 3}, nil}},
		"without one that was in a crash": {func(r *room) {
			r.Split(r.failed(4), 4)
			r.crash(r.TakePart(9)[0].Task, 1)
		}, 9, [][]int{{2, 3}, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(9)
				defer r.Stop()
				c.before(r)
				synctest.Wait()
				waiting := r.Count()
				for _, want := range c.parts {
					require.Equal(t, want != nil, r.Parted())
					require.Equal(t, want, r.part(c.room))
					waiting -= len(want)
					require.Equal(t, waiting, r.Count())
				}
			})
		})
	}
}

// TestPartsAreBeforeStruckInputs where nothing is fresh, and are left over with the rest.
func TestPartsAreBeforeStruckInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom(3)
		tasks := r.failed(2)
		crashed := r.crashNext(1)
		r.wakes()
		r.Split(tasks, 2)
		require.Equal(t, []int{-1}, r.wakes())
		require.Equal(t, "nothing", say(r.TakeAlone(anyone, true)))
		require.Equal(t, 3, r.Inputs())
		require.Equal(t, []int{0}, r.part(9))
		r.Stop()
		left, _ := r.Unsettled()
		require.ElementsMatch(t, []*chunk.Task{tasks[1], crashed}, left)
	})
}
