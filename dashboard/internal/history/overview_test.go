package history_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
)

// TestOverviewSums: inputs by state, and what most of them failed of, are of all functions and runs, whatever is
// listed; an input of a run on a function counts once.
func TestOverviewSums(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		errRare, ctx := errors.New("a rare one"), t.Context()
		work := func(_ context.Context, i int) (int, error) {
			switch {
			case i == 0:
				return 0, errRare
			case i%4 == 3:
				return 0, errTest
			}
			return i, nil
		}
		f := deploy(t, work, mapper.Options{Name: "serve", Observer: b})
		_, _ = f.Call(ctx, 3)
		_, _ = f.Collect(ctx, ints(8), mapper.RunOptions{ReturnExceptions: true})
		_, _ = mapper.Collect(ctx, work, ints(16), mapper.Options{Name: "resize", Observer: b, ReturnExceptions: true})
		require.NoError(t, f.Stop(ctx))
		synctest.Wait()
		o := b.Overview(history.RunFilter{Text: "no such name"})
		require.Empty(t, o.Runs)
		require.Equal(t, history.Sums{Succeeded: 25 - 9, Failed: 9}, o.Sums)
		require.Len(t, o.Losses, 2)
		worst, rare := o.Losses[0], o.Losses[1]
		require.Equal(t, []any{"the disk is full", 7, 3, "resize", false}, []any{worst.Title, worst.Failed, worst.Runs, worst.Name, worst.Function})
		require.Equal(t, []any{"a rare one", 2, 2}, []any{rare.Title, rare.Failed, rare.Runs})
		lost := inputs(t, b, worst.Most, history.InputFilter{Cause: worst.Key, Container: -1})
		require.Equal(t, 4, lost.Total, "it leads to them")
	})
}

// TestOverviewSorts: each order, either way round; what it makes no difference for stays as it was.
func TestOverviewSorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		run := func(name string, n, fails int) {
			_, _ = mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
				if i < fails {
					return 0, errTest
				}
				return i, nil
			}, ints(n), mapper.Options{Name: name, Observer: b, ReturnExceptions: true})
			time.Sleep(time.Second)
		}
		run("b", 10, 1)
		run("A", 30, 0)
		run("c", 20, 5)
		names := func(o history.Order, offset, limit int) (all []string) {
			for _, run := range b.Overview(history.RunFilter{Sort: o, Offset: offset, Limit: limit}).Runs {
				all = append(all, run.Name)
			}
			return all
		}
		for o, want := range map[history.Order][]string{
			"": {"c", "A", "b"}, "nonsense": {"c", "A", "b"},
			"name": {"A", "b", "c"}, "-name": {"c", "b", "A"},
			"succeeded": {"A", "c", "b"}, "-succeeded": {"b", "c", "A"},
			"failed": {"c", "b", "A"}, "-failed": {"A", "b", "c"},
			"started": {"c", "A", "b"}, "-started": {"b", "A", "c"},
			"retrying": {"c", "A", "b"}, "crashes": {"c", "A", "b"}, "-containers": {"c", "A", "b"},
		} {
			require.Equal(t, want, names(o, 0, 0), o)
			require.Equal(t, want[1:2], names(o, 1, 1), o)
		}
		for _, o := range history.Orders() {
			require.True(t, o.Known())
			require.Equal(t, o, o.Reverse().Reverse())
		}
		require.False(t, history.Order("--name").Known())
	})
}
