package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

var errOwn = errors.New("its own")

// halfway executes an input a second: 0 and 4 are well, 1 and 5 fail with an error, 2 and 6 return the cause of the run's end
// by themselves, 3 and 7 crash.
func halfway(ctx context.Context, i int) (int, error) {
	if err := during(ctx, time.Second); err != nil {
		return -1, err
	}
	switch i % 4 {
	case 1:
		return -1, errOwn
	case 2:
		return -1, context.Canceled
	case 3:
		panic("crash")
	}
	return 0, nil
}

// TestUnfinished: whatever ends a run, exactly the inputs that were not judged are said to be unfinished, through each
// door, and no error of an input's own makes it one, not even the one that ends the run.
func TestUnfinished(t *testing.T) {
	const n, within = 40, 4
	ends := map[string]struct {
		opts mapper.Options
		stop func(cancel func(), run *mapper.Run[int, int])
		is   func(error) bool
	}{
		"cancel": {stop: func(cancel func(), _ *mapper.Run[int, int]) { cancel() }, is: func(err error) bool { return errors.Is(err, context.Canceled) }},
		"stop":   {stop: func(_ func(), run *mapper.Run[int, int]) { run.Stop() }, is: func(err error) bool { return errors.Is(err, mapper.ErrStopped) }},
		"limit": {opts: mapper.Options{FailureLimit: policy.FailureLimit{Count: 3}}, is: func(err error) bool {
			_, ok := errors.AsType[*mapper.FailureLimitError](err)
			return ok
		}},
	}
	for name, end := range ends {
		for _, unordered := range []bool{false, true} {
			t.Run(fmt.Sprint(name, unordered), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					opts := end.opts
					opts.Containers, opts.CrashLimit, opts.ReturnExceptions, opts.Unordered = 1, 1, true, unordered
					run, err := mapper.Start(ctx, halfway, slices.Values(slices.Collect(upTo(n))), opts)
					require.NoError(t, err)
					if end.stop != nil {
						time.AfterFunc(within*time.Second+time.Millisecond, func() { end.stop(cancel, run) })
					}
					judged := 0
					for r := range run.All() {
						if r.Unfinished {
							require.True(t, end.is(r.Err), r.Err)
							require.Zero(t, r.Value)
							continue
						}
						require.GreaterOrEqual(t, r.Index, 0)
						judged++
						if r.Index%4 == 0 {
							require.NoError(t, r.Err)
						} else {
							require.Error(t, r.Err)
							require.Zero(t, r.Value)
						}
					}
					require.Equal(t, within, judged)
				})
			})
		}
	}
}

// TestUnfinishedInCollect: a zero is a value, a failure or nothing at all, and the error tells.
func TestUnfinishedInCollect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n, within = 40, 4
		ctx, cancel := context.WithTimeout(t.Context(), within*time.Second+time.Millisecond)
		defer cancel()
		out, err := mapper.Collect(ctx, halfway, slices.Collect(upTo(n)), mapper.Options{Containers: 1, CrashLimit: 1, ReturnExceptions: true})
		require.Equal(t, make([]int, n), out)
		all, ok := errors.AsType[*mapper.FailuresError](err)
		require.True(t, ok)
		require.Equal(t, n-1, len(all.Failures)) // input 0 was well
		require.Equal(t, n-within, all.Unfinished())
		require.Nil(t, all.Of(0))
		require.Nil(t, all.Of(-1))
		require.Nil(t, all.Of(n))
		for i := 1; i < n; i++ {
			f := all.Of(i)
			require.NotNil(t, f, i)
			require.Equal(t, i, f.Index)
			_, crashed := errors.AsType[*supervisor.CrashError](f.Err)
			require.Equal(t, f.Unfinished, !crashed && errors.Is(f.Err, context.DeadlineExceeded), f.Err)
		}
		require.ErrorContains(t, err, fmt.Sprintf("mapper: %d of %d inputs failed, %d of them unfinished\n\tinput 1 after 1 attempt: its own\n", n-1, n, n-within))
		// which of them executes after the crash, to be cut off, is the backlog's to say
		begun := 0
		for i := within; i < n; i++ {
			attempts := "0 attempts"
			if all.Of(i).Attempts > 0 {
				begun, attempts = begun+1, "1 attempt"
			}
			require.EqualError(t, all.Of(i), fmt.Sprintf("mapper: input %d left unfinished after %s: context deadline exceeded", i, attempts))
		}
		require.Equal(t, 1, begun)
	})
}

// The end of the run's source, or why it was refused, is no unfinished input.
func TestUnfinishedIsAnInput(t *testing.T) {
	t.Parallel()
	for r := range mapper.Map(t.Context(), square, []int{1}, mapper.Options{Containers: -1}) {
		require.Equal(t, -1, r.Index)
		require.False(t, r.Unfinished)
	}
	run, err := mapper.Start(t.Context(), square, mapper.Source(failing(t, 3)), mapper.Options{})
	require.NoError(t, err)
	all := slices.Collect(run.All())
	require.Len(t, all, 4)
	require.Equal(t, -1, all[3].Index)
	require.False(t, all[3].Unfinished)
}

// Inputs whose verdict is still open when the run ends are worth another run, the others are not.
func ExampleResult_unfinished() {
	ctx, cancel := context.WithCancelCause(context.Background())
	var again []string
	for r := range mapper.Map(ctx, func(_ context.Context, name string) (int, error) {
		if name == "b" {
			cancel(errors.New("it is six o'clock"))
			return 0, errors.New("no such name")
		}
		return 1, nil
	}, []string{"a", "b", "c", "d"}, mapper.Options{Containers: 1, ReturnExceptions: true}) {
		if r.Unfinished {
			again = append(again, r.Input)
		}
	}
	fmt.Println(again[len(again)-2:])
	// Output:
	// [c d]
}
