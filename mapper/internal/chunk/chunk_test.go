package chunk_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

var of = typed.Of[string, int]

// filled is a chunk of inputs from index 10 on.
func filled(inputs ...string) *chunk.Chunk {
	ch := typed.New[string, int]()
	ch.Lo, ch.N = 10, len(inputs)
	of(ch).In = inputs
	ch.Grow()
	for i := range inputs {
		of(ch).Out[i] = 100 + i
	}
	return ch
}

func TestTrim(t *testing.T) {
	t.Parallel()
	ch := filled("a", "b", "c", "d")
	ch.From = 1
	ch.Trim(3)
	require.Equal(t, 11, ch.Lo)
	require.Equal(t, 2, ch.N)
	require.Equal(t, []string{"b", "c"}, of(ch).In)
	require.Equal(t, []int{101, 102}, of(ch).Out)
}

func TestTaskOfFreshInputs(t *testing.T) {
	t.Parallel()
	ch := filled("a", "b")
	require.Equal(t, 1, ch.Attempt())
	begun, untried := ch.TaskOf(1), ch.Untried(0)
	require.Equal(t, 11, begun.Index)
	require.Equal(t, 1, begun.Attempts)
	require.Equal(t, "b", *begun.In.(*string))
	require.Equal(t, 10, untried.Index)
	require.Zero(t, untried.Attempts)
	of(ch).In[1] = "changed"
	require.Equal(t, "b", *begun.In.(*string), "a task has an input of its own")
}

// TestTaskGoesRound has the task of one attempt be the input of the next.
func TestTaskGoesRound(t *testing.T) {
	t.Parallel()
	task := filled("a", "b").TaskOf(1)
	task.Err = errors.New("failed")
	var free chunk.FreeList
	free.New = typed.New[string, int]

	ch := free.Attempt(task)
	require.Equal(t, []string{"b"}, of(ch).In)
	require.Equal(t, [2]int{11, 1}, [2]int{ch.Lo, ch.N})
	require.Equal(t, 2, ch.Attempt())
	require.Same(t, task, ch.TaskOf(0))
	require.Equal(t, 2, task.Attempts)

	task.Succeeded()
	require.Equal(t, 3, task.Attempts)
	require.NoError(t, task.Err)

	failure := free.Failure(task)
	require.Len(t, of(failure).Out, 1, "room for the value that its Result has")
}

// TestFreeListForgets has what comes from the list be as good as new, the last to come first.
func TestFreeListForgets(t *testing.T) {
	t.Parallel()
	made := 0
	free := chunk.FreeList{New: func() *chunk.Chunk { made++; return typed.New[string, int]() }}
	a, b := free.Get(), free.Get()
	require.Equal(t, 2, made)
	in := "input"
	a.SetTask(&chunk.Task{Index: 3, In: &in})
	a.From = 1
	a.Grow()
	of(a).Out[0] = 7
	free.Put(b)
	free.Put(a)
	again := free.Get()
	require.Same(t, a, again)
	require.Equal(t, [2]int{0, 0}, [2]int{again.N, again.From})
	require.Nil(t, again.Task)
	require.Empty(t, of(again).In)
	again.N = 1
	again.Grow()
	require.Zero(t, of(again).Out[0])
	require.Same(t, b, free.Get())
	free.Get()
	require.Equal(t, 3, made)
}

func TestWithdrawn(t *testing.T) {
	t.Parallel()
	require.False(t, (&chunk.Task{}).Withdrawn(), "an input of a run")
}
