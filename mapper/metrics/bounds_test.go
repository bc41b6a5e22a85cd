package metrics_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
)

// TestNamesAreBounded: more names than there may be, and no input is lost.
func TestNamesAreBounded(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	for i := range 1100 {
		require.NoError(t, mapper.Each(t.Context(), no, ints(2), mapper.Options{Name: fmt.Sprint(i), Containers: 1, Observer: &r}))
	}
	series, inputs := 0, 0.
	for _, f := range r.Snapshot() {
		require.LessOrEqual(t, len(f.Samples), 1001)
		if f.Name == "longshore_inputs_total" && f.Fixed.Value == "succeeded" {
			series = len(f.Samples)
			for _, s := range f.Samples {
				inputs += s.Value
			}
		}
	}
	require.Equal(t, 1001, series)
	require.InDelta(t, 2200, inputs, 0)
	requireValues(t, map[string]float64{"longshore_inputs_total other run succeeded": 200}, &r)
	require.Zero(t, r.Watched())
}

// deaf is told of nothing.
type deaf struct{ metrics.Registry }

func (*deaf) Wants(supervisor.Kind) bool { return false }

// TestUntoldEnds: a run whose end we are not told of is let go of a second later nevertheless, and so is a function.
func TestUntoldEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r deaf
		for range 3 {
			require.NoError(t, mapper.Each(t.Context(), no, ints(2), mapper.Options{Containers: 1, Observer: &r}))
			time.Sleep(time.Second)
			synctest.Wait()
			require.Zero(t, r.Watched())
		}
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(context.Context, int) (int, error) { return 0, nil }), mapper.Options{Observer: &r})
		require.NoError(t, err)
		require.Equal(t, 1, r.Watched())
		require.NoError(t, f.Stop(t.Context()))
		time.Sleep(time.Second)
		synctest.Wait()
		require.Zero(t, r.Watched())
		requireValues(t, map[string]float64{"longshore_inputs_total  run succeeded": 6, "longshore_runs_total  run": 3, "longshore_runs_total  function": 1}, &r.Registry)
	})
}

// TestNamesAreClean: nothing in a name reaches a terminal or begins a line.
func TestNamesAreClean(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	name := "a\x1b[31m\n\t\x00\u202e\xff\\ \"ä\" " + strings.Repeat("é", 200)
	require.NoError(t, mapper.Each(t.Context(), no, ints(1), mapper.Options{Name: name, Containers: 1, Observer: &r}))
	var b strings.Builder
	require.NoError(t, r.WriteText(&b))
	require.Contains(t, b.String(), `function="a�[31m\n����\\ \"ä\" é`)
	for _, c := range b.String() {
		require.True(t, c == '\n' || unicode.IsPrint(c), "%q", c)
	}
	for line := range strings.Lines(b.String()) {
		require.Less(t, len(line), 1000)
		require.Regexp(t, "^(longshore_|# )", line)
	}
}

// TestEndedRunsAreFreed: the registry does not keep the inputs of a run that has ended.
func TestEndedRunsAreFreed(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	freed := make(chan struct{})
	func() {
		inputs := make([]*[1 << 16]byte, 10)
		inputs[3] = new([1 << 16]byte)
		runtime.AddCleanup(inputs[3], func(freed chan struct{}) { close(freed) }, freed)
		require.NoError(t, mapper.Each(t.Context(), func(context.Context, *[1 << 16]byte) error { return nil }, inputs, mapper.Options{Observer: &r}))
	}()
	for range 1000 {
		runtime.GC()
		select {
		case <-freed:
			requireValues(t, map[string]float64{"longshore_inputs_total  run succeeded": 10}, &r)
			return
		default:
		}
	}
	require.Fail(t, "still there")
}

// TestCountersNeverFall: whoever asks while runs begin and end sees counters grow.
func TestCountersNeverFall(t *testing.T) {
	t.Parallel()
	var r metrics.Registry
	var work, askers sync.WaitGroup
	over := make(chan struct{})
	for range 3 {
		askers.Go(func() {
			last := map[string]float64{}
			for {
				for _, f := range r.Snapshot() {
					if f.Type == metrics.Counter {
						for _, s := range f.Samples {
							key := f.Instrument + fmt.Sprint(s.Labels)
							if s.Value < last[key] {
								t.Errorf("%s fell from %v to %v", key, last[key], s.Value)
							}
							last[key] = s.Value
						}
					}
				}
				select {
				case <-over:
					return
				default:
				}
			}
		})
	}
	for range 4 {
		work.Go(func() {
			for range 25 {
				_, _ = mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
					if i%10 == 0 {
						return 0, errBad
					}
					return i, nil
				}, ints(100), mapper.Options{Containers: 2, ReturnExceptions: true, Observer: &r})
			}
		})
	}
	work.Wait()
	close(over)
	askers.Wait()
	requireValues(t, map[string]float64{
		"longshore_inputs_total  run succeeded": 9000, "longshore_inputs_total  run failed": 1000, "longshore_runs_total  run": 100,
	}, &r)
}

// TestAnEndingFunction: while it ends, a call counts as cancelled that then succeeds.
func TestAnEndingFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r metrics.Registry
		ctx, cancel := context.WithCancel(t.Context())
		f, err := mapper.Deploy(ctx, mapper.Plain(func(_ context.Context, i int) (int, error) {
			time.Sleep(10 * time.Second)
			return i, nil
		}), mapper.Options{Name: "api", Grace: time.Minute, Observer: &r})
		require.NoError(t, err)
		_, err = f.Spawn(context.WithoutCancel(ctx), 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		cancel()
		synctest.Wait()
		before := values(r.Snapshot())
		<-f.Done()
		after := values(r.Snapshot())
		require.InDelta(t, 1, after["longshore_inputs_total api function succeeded"], 0)
		require.GreaterOrEqual(t, after["longshore_inputs_total api function cancelled"], before["longshore_inputs_total api function cancelled"])
	})
}
