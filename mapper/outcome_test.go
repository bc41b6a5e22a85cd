package mapper_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestOutcomes: what came of a run is told in one word, in the event of its end and by its View.
func TestOutcomes(t *testing.T) {
	work := func(_ context.Context, n int) (int, error) {
		switch {
		case n == 3:
			return 0, errors.Join(context.Canceled, mapper.ErrStopped) // a failure may wrap anything
		case n > 100:
			panic("over a hundred")
		}
		time.Sleep(time.Second)
		return n, nil
	}
	var torn iter.Seq[int] = func(func(int) bool) { panic("torn") }
	for want, c := range map[supervisor.Outcome]struct {
		inputs iter.Seq[int]
		lossy  bool
		within time.Duration
		stop   bool
		failed int
		input  int
	}{
		supervisor.Completed:     {inputs: slices.Values(ints(3)), input: supervisor.NoInput},
		supervisor.WithFailures:  {inputs: slices.Values(ints(6)), lossy: true, failed: 1, input: supervisor.NoInput},
		supervisor.FailedAtInput: {inputs: slices.Values(ints(6)), failed: 1, input: 3},
		supervisor.CutOff:        {inputs: slices.Values([]int{101, 102, 103, 104, 105}), lossy: true, input: supervisor.NoInput},
		supervisor.Cancelled:     {inputs: slices.Values(ints(3)), within: time.Millisecond, input: supervisor.NoInput},
		supervisor.WasStopped:    {inputs: slices.Values(ints(3)), stop: true, input: supervisor.NoInput},
		supervisor.SourceFailed:  {inputs: torn, input: supervisor.NoInput},
	} {
		t.Run(string(want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.within > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.within)
					defer cancel()
				}
				var l lookout
				run, err := mapper.Start(ctx, work, c.inputs, mapper.Options{
					Containers: 1, ReturnExceptions: c.lossy, Observer: &l, Crashes: policy.Ephemeral{ColdInputs: 2},
				})
				require.NoError(t, err)
				require.Empty(t, mapper.OutcomeOf(l.views[0]), "while it lives")
				if c.stop {
					run.Stop()
				}
				for range run.All() {
				}
				_ = run.Wait()
				synctest.Wait()
				require.Equal(t, want, mapper.OutcomeOf(l.views[0]))
				ends := l.of(supervisor.RunEnded)
				require.Len(t, ends, 1)
				require.Equal(t, []any{want, c.input}, []any{ends[0].Outcome, ends[0].Input})
				if want != supervisor.CutOff { // there the culprits have failed by themselves
					require.Equal(t, c.failed, ends[0].Failed)
				}
			})
		})
	}
}

// TestRefusedCalls: a function counts the calls that it has no place for.
func TestRefusedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, int) (int, error) {
			time.Sleep(time.Hour)
			return 0, nil
		}), mapper.Options{Containers: 1, Outstanding: 2, Observer: &l})
		require.NoError(t, err)
		for range 5 {
			_, _ = f.Spawn(t.Context(), 1)
		}
		require.Equal(t, 3, l.views[0].Counts().Refused)
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, supervisor.WasStopped, mapper.OutcomeOf(l.views[0]))
		require.Equal(t, supervisor.WasStopped, l.of(supervisor.FunctionStopped)[0].Outcome)
	})
}

// TestReadable: a result that the reader could take is told from those that wait behind a slow one.
func TestReadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lookout
		run, err := mapper.Start(t.Context(), func(_ context.Context, n int) (int, error) {
			if n == 0 {
				time.Sleep(time.Hour)
			}
			return n, nil
		}, slices.Values(ints(8)), mapper.Options{Containers: 2, Outstanding: 4, Observer: &l})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.False(t, l.views[0].Counts().Readable)
		time.Sleep(time.Hour)
		require.True(t, l.views[0].Counts().Readable)
		for range run.All() {
		}
		require.NoError(t, run.Wait())
		require.False(t, l.views[0].Counts().Readable)
	})
}
