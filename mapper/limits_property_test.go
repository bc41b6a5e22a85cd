package mapper_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// limited is a random body with limits, which watches that they are kept.
type limited struct {
	keys    []string // of each input
	weights []int64
	limits  map[string]mapper.KeyLimit
	weighs  bool
	opts    mapper.Options
	script  [][]string // what the attempts of each input do
	takes   []time.Duration

	problem string // the first
	mu      sync.Mutex
	under   map[string]int
	weight  int64
	all     int
	begins  map[string][]time.Duration
	order   map[string][]int
	begin   time.Time
	seen    map[int]bool
}

// must notes what is wrong: rapid must not fail in a bubble.
func (l *limited) must(right bool, format string, args ...any) {
	if !right && l.problem == "" {
		l.problem = fmt.Sprintf(format, args...)
	}
}

func drawLimited(t *rapid.T) *limited {
	l := &limited{seen: map[int]bool{}, limits: map[string]mapper.KeyLimit{}, under: map[string]int{}, begins: map[string][]time.Duration{}, order: map[string][]int{}}
	n := rapid.IntRange(0, 60).Draw(t, "inputs")
	for _, key := range []string{"", "a", "b", "c"} {
		limit := mapper.KeyLimit{Concurrency: rapid.IntRange(0, 3).Draw(t, "concurrency")}
		if rapid.IntRange(0, 2).Draw(t, "rate") == 0 {
			limit.Rate = rate.Limit(rapid.IntRange(5, 500).Draw(t, "per second"))
			limit.Burst = rapid.IntRange(0, 3).Draw(t, "burst")
		}
		limit.InOrder = rapid.IntRange(0, 3).Draw(t, "in order") == 0
		l.limits[key] = limit
	}
	l.weighs = rapid.Bool().Draw(t, "weighs")
	l.opts = mapper.Options{
		Containers: rapid.IntRange(1, 8).Draw(t, "containers"), MaxInputs: rapid.IntRange(1, 2).Draw(t, "max inputs"),
		ReturnExceptions: true, Unordered: rapid.Bool().Draw(t, "unordered"), Outstanding: rapid.SampledFrom([]int{0, 1, 3, 10}).Draw(t, "outstanding"),
		Retries: policy.Retries{MaxRetries: 2, InitialDelay: time.Millisecond}, CrashLimit: 2, Grace: time.Millisecond,
		TotalTimeout: rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond}).Draw(t, "total"),
	}
	if rapid.IntRange(0, 2).Draw(t, "hedges") == 0 {
		l.opts.Hedge.After = time.Duration(rapid.IntRange(1, 10).Draw(t, "hedge after")) * time.Millisecond
	}
	if l.weighs {
		l.opts.Capacity = rapid.Int64Range(5, 20).Draw(t, "capacity")
	}
	does := rapid.SampledFrom([]string{"ok", "ok", "ok", "fail", "panic", "refused", "goexit"})
	for range n {
		l.keys = append(l.keys, rapid.SampledFrom([]string{"", "a", "a", "b", "c"}).Draw(t, "key"))
		l.weights = append(l.weights, rapid.Int64Range(0, 6).Draw(t, "weight"))
		l.script = append(l.script, rapid.SliceOfN(does, 0, 4).Draw(t, "script"))
		l.takes = append(l.takes, time.Duration(rapid.IntRange(0, 20).Draw(t, "takes"))*time.Millisecond)
	}
	return l
}

func (l *limited) body() mapper.Body[int, int] {
	limit := mapper.KeyLimit{For: func(key string) mapper.KeyLimit { return l.limits[key] }}
	body := mapper.Plain(l.fn).Keyed(func(i int) string { return l.keys[i] }, limit)
	if l.weighs {
		body = body.Weighted(func(i int) int64 { return l.weights[i] })
	}
	return body
}

func (l *limited) fn(ctx context.Context, i int) (int, error) {
	defer l.enter(i)()
	if err := during(ctx, l.takes[i]); err != nil {
		return 0, err
	}
	a, _ := mapper.AttemptFrom(ctx)
	if a.Attempt > len(l.script[i]) {
		return i, nil
	}
	switch l.script[i][a.Attempt-1] {
	case "fail":
		return 0, &ownError{i}
	case "panic":
		panic("boom")
	case "refused":
		return 0, policy.Throttled(&ownError{i}, 7*time.Millisecond)
	}
	return i, nil
}

// enter counts an attempt, and returns its end.
func (l *limited) enter(i int) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, limit := l.keys[i], l.limits[l.keys[i]]
	l.all++
	l.under[key]++
	l.weight += max(l.weights[i], 1)
	l.must(l.all <= l.opts.Containers*l.opts.MaxInputs, "%d at once", l.all)
	if key != "" {
		if limit.InOrder {
			limit.Concurrency = 1
		}
		l.must(limit.Concurrency == 0 || l.under[key] <= limit.Concurrency, "%d of %q", l.under[key], key)
		l.begins[key] = append(l.begins[key], time.Since(l.begin))
		l.order[key] = append(l.order[key], i)
	}
	l.must(!l.weighs || l.weight <= l.opts.Capacity, "%d weigh too much", l.weight)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all--
		l.under[key]--
		l.weight -= max(l.weights[i], 1)
	}
}

// check looks at what came in which order, and when.
func (l *limited) check(inOrder bool) {
	for key, limit := range l.limits {
		if limit.InOrder && inOrder {
			l.must(slices.IsSorted(l.order[key]), "%q began as %v", key, l.order[key])
		}
		if limit.Rate == 0 {
			continue
		}
		burst := max(limit.Burst, 1)
		for j := range max(len(l.begins[key])-burst, 0) {
			apart := l.begins[key][j+burst] - l.begins[key][j]
			l.must(apart+time.Microsecond >= time.Duration(float64(time.Second)/float64(limit.Rate)), "%q, %v a second, burst %d, began at %v", key, limit.Rate, burst, l.begins[key])
		}
	}
}

func (l *limited) settled(r mapper.Result[int, int]) {
	l.must(r.Err != nil || r.Index == r.Value, "input %d has the value %d", r.Index, r.Value)
	l.must(!l.seen[r.Index], "input %d is settled twice", r.Index)
	l.seen[r.Index] = true
}

// TestLimitsProperty: whatever inputs do, no limit is ever exceeded, inputs of a key in order begin in order, and each input
// is settled once, through each door.
func TestLimitsProperty(t *testing.T) {
	doors := map[string]func(*testing.T, context.Context, *limited){
		"Start": func(t *testing.T, ctx context.Context, l *limited) {
			run, err := l.body().Start(ctx, slices.Values(ints(len(l.keys))), l.opts)
			require.NoError(t, err)
			hangs := time.AfterFunc(59*time.Minute, func() { l.must(false, "it hangs: %+v", run.Stats()) })
			defer hangs.Stop()
			for r := range run.All() {
				l.settled(r)
			}
			l.must(ctx.Err() != nil || len(l.seen) == len(l.keys), "%d results of %d", len(l.seen), len(l.keys))
			l.must(run.Stats().Held == mapper.Held{}, "%v are held at the end", run.Stats().Held)
			l.check(true)
		},
		"Collect": func(t *testing.T, ctx context.Context, l *limited) {
			values, err := l.body().Collect(ctx, ints(len(l.keys)), l.opts)
			require.Len(t, values, len(l.keys))
			if err == nil {
				require.Equal(t, ints(len(l.keys)), values)
			}
			l.check(true)
		},
		"a function": func(t *testing.T, ctx context.Context, l *limited) {
			opts := l.opts
			opts.ReturnExceptions, opts.Unordered, opts.Outstanding = false, false, 0
			f, err := mapper.Deploy(ctx, l.body(), opts)
			require.NoError(t, err)
			var group sync.WaitGroup
			group.Go(func() { f.Collect(ctx, ints(len(l.keys)), mapper.RunOptions{ReturnExceptions: true}) })
			group.Go(func() {
				for range f.Map(ctx, ints(len(l.keys)), mapper.RunOptions{ReturnExceptions: true}) {
				}
			})
			for i := range l.keys {
				group.Go(func() { f.Call(ctx, i) })
			}
			group.Wait()
			err = f.Stop(context.WithoutCancel(ctx))
			l.must(ctx.Err() != nil || err == nil, "%v", err)
			l.check(false)
		},
	}
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				l := drawLimited(rt)
				ends := rapid.SampledFrom([]time.Duration{0, 0, 0, 20 * time.Millisecond}).Draw(rt, "ends")
				synctest.Test(t, func(t *testing.T) {
					l.begin = time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), cmp.Or(ends, time.Hour))
					defer cancel()
					door(t, ctx, l)
					l.must(time.Since(l.begin) < time.Hour, "it hangs")
				})
				if l.problem != "" {
					rt.Fatal(l.problem)
				}
			})
		})
	}
}
