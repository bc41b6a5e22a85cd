package history_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestPace: rate, estimate and samples of a run that goes, stands still and goes on.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		defer b.Close()
		v := newView(1)
		v.set(mapper.Counts{Inputs: 1000}, supervisor.Snapshot{})
		b.Watch(v)
		run := get(t, b, 1)
		require.Equal(t, []any{0.0, time.Duration(-1)}, []any{run.Rate, run.ETA}, "no rate yet")
		time.Sleep(500 * time.Millisecond)
		for s := 1; s <= 20; s++ {
			v.set(mapper.Counts{Inputs: 1000, Succeeded: 9 * s, Failed: s, Running: 4}, supervisor.Snapshot{Crashes: s})
			time.Sleep(time.Second)
		}
		run = get(t, b, 1)
		require.InDelta(t, 10, run.Rate, 0.01)
		require.Equal(t, 80*time.Second, run.ETA)
		require.Len(t, run.Series, 20)
		last := run.Series[19]
		require.Equal(t, []int{9, 1, 1, 4}, []int{last.Succeeded, last.Failed, last.Crashes, last.Running})
		require.Equal(t, time.Second, last.Time.Sub(run.Series[18].Time))

		time.Sleep(10 * time.Second)
		run = get(t, b, 1)
		require.Equal(t, []any{0.0, time.Duration(-1)}, []any{run.Rate, run.ETA}, "nothing was settled for 10 s")
		v.set(mapper.Counts{Inputs: 1000, Succeeded: 300}, supervisor.Snapshot{CrashLooping: true})
		time.Sleep(time.Second)
		require.EqualValues(t, -1, get(t, b, 1).ETA, "it is crash-looping")
		v.set(mapper.Counts{Inputs: -1, Succeeded: 400}, supervisor.Snapshot{})
		time.Sleep(time.Second)
		run = get(t, b, 1)
		require.EqualValues(t, -1, run.ETA, "the total is not known")
		require.Positive(t, run.Rate)
		time.Sleep(time.Hour)
		require.Len(t, get(t, b, 1).Series, 300)
	})
}

// TestVersion: it changes with what there is to show, and an idle function is left in peace.
func TestVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		f := deploy(t, func(ctx context.Context, i int) (int, error) { return i, during(ctx, time.Second) },
			mapper.Options{Observer: b, Containers: 1})
		id := b.Overview(history.RunFilter{}).Runs[0].ID
		changes := func() (of, all bool) {
			one, overview := b.Version(id), b.Version(0)
			time.Sleep(2 * time.Second)
			return b.Version(id) != one, b.Version(0) != overview
		}
		time.Sleep(time.Hour)
		of, all := changes()
		require.Equal(t, []bool{false, false}, []bool{of, all})
		_, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		of, all = changes()
		require.Equal(t, []bool{true, true}, []bool{of, all})
		of, _ = changes()
		require.True(t, of, "there is something in the charts")
		time.Sleep(time.Hour)
		of, _ = changes()
		require.False(t, of)
		require.Zero(t, b.Version(id+1000))
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestReader: a reader that holds up the run is told of.
func TestReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		results := mapper.Map(ctx, func(_ context.Context, i int) (int, error) { return i, nil }, ints(1000),
			mapper.Options{Observer: b, Containers: 2, Outstanding: 20})
		time.Sleep(10500 * time.Millisecond)
		run := only(t, b)
		require.Greater(t, run.Blocked, 0.9, readable(run.Counts))
		cancel()
		for range results {
		}
	})
}

// TestSlowReader: a reader that takes what is finished one by one holds the run up all the time, also while
// something executes in the place that it has made.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		run, err := mapper.Start(ctx, func(ctx context.Context, i int) (int, error) { return i, during(ctx, 7*time.Millisecond) },
			slices.Values(ints(10_000)), mapper.Options{Observer: b, Containers: 4, Outstanding: 100})
		require.NoError(t, err)
		go func() {
			for range run.All() {
				time.Sleep(13 * time.Millisecond)
			}
		}()
		time.Sleep(60500 * time.Millisecond)
		require.Greater(t, only(t, b).Blocked, 0.9, readable(only(t, b).Counts))
		cancel()
		_ = run.Wait()
		synctest.Wait()
		time.Sleep(time.Minute) // what is left is read to its end
	})
}

// TestSlowInput: results behind a slow input are not the reader's to take.
func TestSlowInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		run, err := mapper.Start(t.Context(), func(ctx context.Context, i int) (int, error) {
			if i%1000 == 0 {
				return i, during(ctx, 60300*time.Millisecond) // no sample is taken as it ends
			}
			return i, nil
		}, slices.Values(ints(1500)), mapper.Options{Observer: b, Containers: 4, Outstanding: 100})
		require.NoError(t, err)
		for range run.All() {
		}
		require.Zero(t, only(t, b).Blocked)
	})
}

// TestOverview: live functions and runs come first, then what ended last; filters and pages.
func TestOverview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := history.New(history.Options{})
		collect := func(name string, err error) {
			_, _ = mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) { return i, err }, ints(1), mapper.Options{Name: name, Observer: b})
			time.Sleep(time.Second)
		}
		collect("resize", nil)
		collect("Resize again", errTest)
		f := deploy(t, func(ctx context.Context, i int) (int, error) { return i, nil }, mapper.Options{Name: "serve", Observer: b})
		long := mapper.Map(t.Context(), func(ctx context.Context, i int) (int, error) { return i, during(ctx, time.Minute) }, ints(1),
			mapper.Options{Name: "index", Observer: b})
		names := func(f history.RunFilter) []string {
			all := []string{}
			for _, run := range b.Overview(f).Runs {
				all = append(all, run.Name)
			}
			return all
		}
		require.Equal(t, []string{"serve", "index", "Resize again", "resize"}, names(history.RunFilter{}))
		require.Equal(t, []string{"index", "Resize again"}, names(history.RunFilter{Offset: 1, Limit: 2}))
		require.Equal(t, []string{}, names(history.RunFilter{Offset: 10}))
		require.Equal(t, []string{"Resize again", "resize"}, names(history.RunFilter{Text: "RESIZE"}))
		require.Equal(t, []string{"serve", "index"}, names(history.RunFilter{Status: history.Running}))
		require.Equal(t, []string{"Resize again"}, names(history.RunFilter{Status: history.Status(supervisor.FailedAtInput)}))
		require.Equal(t, []string{}, names(history.RunFilter{Status: history.CrashLooping}))
		o := b.Overview(history.RunFilter{Limit: 1})
		require.Equal(t, []int{4, 2, 2, 0, 0}, []int{o.Total, o.Live, o.Ended, o.Gone, o.Looping})
		<-long
		require.NoError(t, f.Stop(t.Context()))
	})
}
