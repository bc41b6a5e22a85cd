package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// page is one of a host's.
type page struct {
	host string
	nth  int
}

func hostOf(p page) string { return p.host }

// TestKeyedCrawl: a host that is slow keeps no other from its turn, and no attempt waits in a container.
func TestKeyedCrawl(t *testing.T) {
	var pages []page
	for i := range 2000 {
		pages = append(pages, page{fmt.Sprintf("host%02d", i%20), i / 20})
	}
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var calls atomic.Int64
		var fast time.Duration
		body := mapper.Plain(func(ctx context.Context, p page) (time.Duration, error) {
			calls.Add(1)
			takes := 20 * time.Millisecond
			if p.host == "host00" {
				takes = 400 * time.Millisecond
			}
			return time.Since(begin) + takes, during(ctx, takes)
		}).Keyed(hostOf, mapper.KeyLimit{Concurrency: 2})
		run, err := body.Start(t.Context(), slices.Values(pages), mapper.Options{
			Containers: 32, Unordered: true, Outstanding: len(pages), Timeout: 500 * time.Millisecond,
		})
		require.NoError(t, err)
		for r := range run.All() {
			require.NoError(t, r.Err)
			if r.Input.host != "host00" {
				fast = max(fast, r.Value)
			}
		}
		require.Equal(t, int64(len(pages)), calls.Load())
		require.LessOrEqual(t, time.Since(begin), 20100*time.Millisecond)
		require.LessOrEqual(t, fast, 1400*time.Millisecond)
	})
}

// TestKeyedThrottle: an error that asks everybody to wait holds its own key alone.
func TestKeyedThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var closed tally[supervisor.Event]
		body := mapper.Plain(func(ctx context.Context, p page) (time.Duration, error) {
			err := during(ctx, 10*time.Millisecond)
			if at := time.Since(begin); p.host == "busy" && at < time.Second {
				return 0, policy.Throttled(errBusy, time.Second-at)
			}
			return time.Since(begin), err
		}).Keyed(hostOf, mapper.KeyLimit{})
		var pages []page
		for i := range 40 {
			pages = append(pages, page{[]string{"busy", "free"}[i%2], i})
		}
		run, err := body.Start(t.Context(), slices.Values(pages), mapper.Options{
			Containers: 4, Unordered: true,
			Observer: supervisor.ObserverFunc(func(e supervisor.Event) {
				if e.Kind == supervisor.ThrottleClosed || e.Kind == supervisor.ThrottleOpened {
					closed.add(e)
				}
			}),
		})
		require.NoError(t, err)
		time.AfterFunc(500*time.Millisecond, func() {
			if held := run.Stats().Held; held != (mapper.Held{Key: 20}) {
				t.Errorf("%+v at half a second", held)
			}
		})
		for r := range run.All() {
			require.NoError(t, r.Err)
			require.Equal(t, r.Input.host == "busy", r.Value > time.Second, "%v after %v", r.Input, r.Value)
		}
		require.LessOrEqual(t, run.Stats().Refused, 4, "those under way")
		require.Len(t, closed.all(), 2)
		require.Equal(t, "busy", closed.all()[0].Key)
	})
}

// TestKeyedAcrossRuns: the limits are those of a function, of its runs and calls together, and its calls can be withdrawn
// while they wait.
func TestKeyedAcrossRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int64
		body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
			most.Store(max(most.Load(), under.Add(1)))
			defer under.Add(-1)
			return i, during(ctx, 10*time.Millisecond)
		}).Keyed(func(int) string { return "the same" }, mapper.KeyLimit{Concurrency: 2})
		f, err := mapper.Deploy(t.Context(), body, mapper.Options{Containers: 8})
		require.NoError(t, err)
		begin := time.Now()
		var group sync.WaitGroup
		group.Go(func() { f.Collect(t.Context(), ints(10), mapper.RunOptions{}) })
		group.Go(func() { f.Collect(t.Context(), ints(10), mapper.RunOptions{}) })
		var calls []*mapper.Call[int]
		for i := range 12 {
			call, err := f.Spawn(t.Context(), i)
			require.NoError(t, err)
			calls = append(calls, call)
		}
		synctest.Wait()
		for _, call := range calls[10:] {
			call.Cancel()
			_, err := call.Get(t.Context())
			require.ErrorIs(t, err, mapper.ErrCancelled)
		}
		require.Zero(t, time.Since(begin), "they are settled at once")
		group.Wait()
		for i, call := range calls[:10] {
			v, err := call.Get(t.Context())
			require.NoError(t, err)
			require.Equal(t, i, v)
		}
		require.Equal(t, int64(2), most.Load())
		require.Equal(t, 150*time.Millisecond, time.Since(begin))
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestKeysAreForgotten: a key that nothing uses any more leaves nothing behind, and its limit is asked for again.
func TestKeysAreForgotten(t *testing.T) {
	t.Parallel()
	const n = 100_000
	var asked atomic.Int64
	body := mapper.Plain(square).Keyed(func(i int) string { return fmt.Sprint(i % (n / 2)) }, mapper.KeyLimit{
		For: func(string) mapper.KeyLimit { asked.Add(1); return mapper.KeyLimit{Concurrency: 1} },
	})
	f, err := mapper.Deploy(t.Context(), body, mapper.Options{Containers: 1}) // of several one may be late, and keep the keys of the others in use
	require.NoError(t, err)
	_, err = f.Collect(t.Context(), ints(n), mapper.RunOptions{})
	require.NoError(t, err)
	require.Greater(t, asked.Load(), int64(n*9/10))
	require.NoError(t, f.Stop(t.Context()))
}

// TestKeyedInOrderDoors: inputs of a key begin one after the other, whatever becomes of them.
func TestKeyedInOrderDoors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var began tally[int]
		body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
			began.add(i)
			a, _ := mapper.AttemptFrom(ctx)
			switch {
			case i == 3 && a.Attempt == 1:
				panic("boom")
			case i == 5 && a.Attempt < 3:
				return 0, &ownError{5}
			}
			return i, during(ctx, time.Duration(i%3)*time.Millisecond)
		}).Keyed(func(int) string { return "a" }, mapper.KeyLimit{InOrder: true})
		_, err := body.Collect(t.Context(), ints(8), mapper.Options{
			Containers: 4, Retries: policy.Retries{MaxRetries: 2, InitialDelay: time.Second},
		})
		require.NoError(t, err)
		require.Equal(t, []int{0, 1, 2, 3, 3, 4, 5, 5, 5, 6, 7}, began.all())
	})
}

// TestAskedWrong: a function that is asked about an input and does not return fails that input, and no other.
func TestAskedWrong(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]func(){
		"panic": func() { panic("no key") }, "nil panic": func() { panic(nil) }, "goexit": runtime.Goexit,
	} {
		at := func(i int) {
			if i == 3 {
				wrong()
			}
		}
		limit := mapper.KeyLimit{Concurrency: 1}
		inOrder := mapper.KeyLimit{InOrder: true}
		limitFor := mapper.KeyLimit{For: func(key string) mapper.KeyLimit {
			if key == "3" {
				wrong()
			}
			return limit
		}}
		key := func(i int) string { return fmt.Sprint(i) }
		wrongKey := func(i int) string { at(i); return "a" }
		for kind, body := range map[string]mapper.Body[int, int]{
			"key":      mapper.Plain(square).Keyed(wrongKey, limit),
			"in order": mapper.Plain(square).Keyed(wrongKey, inOrder),
			"for":      mapper.Plain(square).Keyed(key, limitFor),
			"weight":   mapper.Plain(square).Weighted(func(i int) int64 { at(i); return 1 }),
		} {
			t.Run(name+" in "+kind, func(t *testing.T) {
				opts := mapper.Options{Containers: 2, ReturnExceptions: true}
				if kind == "weight" {
					opts.Capacity = 10
				}
				all := results(body.Map(t.Context(), ints(8), opts))
				require.Len(t, all, 8)
				for i, r := range all {
					if i != 3 {
						require.NoError(t, r.Err)
						continue
					}
					bad, ok := errors.AsType[*mapper.KeyError](r.Err)
					require.True(t, ok, "%v", r.Err)
					require.Zero(t, r.Attempts)
					require.NotEmpty(t, bad.Stack)
					require.Equal(t, name == "goexit", bad.Panic == nil)
				}
			})
		}
	}
}

// TestWeightError: an input that can never begin fails, and the others go on.
func TestWeightError(t *testing.T) {
	t.Parallel()
	body := mapper.Plain(square).Weighted(func(i int) int64 { return int64(i) })
	all := results(body.Map(t.Context(), []int{1, 11, 10, -5, math.MaxInt}, mapper.Options{Containers: 2, Capacity: 10, ReturnExceptions: true}))
	require.Len(t, all, 5)
	for i, r := range all {
		if i != 1 && i != 4 {
			require.NoError(t, r.Err)
			continue
		}
		heavy, ok := errors.AsType[*mapper.WeightError](r.Err)
		require.True(t, ok)
		require.Equal(t, mapper.WeightError{Weight: int64(r.Input), Capacity: 10}, *heavy)
		require.Zero(t, r.Attempts)
	}
}

// TestTooHeavyHoldsNoKey: an input that can never begin does not keep its key in use, which nobody would end.
func TestTooHeavyHoldsNoKey(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	body := mapper.Plain(square).Weighted(func(int) int64 { return 2 }).Keyed(func(i int) string { return fmt.Sprint(i) }, mapper.KeyLimit{
		For: func(string) mapper.KeyLimit { asked.Add(1); return mapper.KeyLimit{} },
	})
	for _, r := range results(body.Map(t.Context(), ints(8), mapper.Options{Capacity: 1, ReturnExceptions: true})) {
		require.ErrorAs(t, r.Err, new(*mapper.WeightError))
	}
	require.Zero(t, asked.Load())
}

// TestWeightsFill: inputs that weigh 1 and 10 of 16 use nearly all of it.
func TestWeightsFill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		weight := func(i int) int64 { return []int64{1, 10}[i%2] }
		var worked atomic.Int64
		body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
			worked.Add(weight(i) * 10)
			return i, during(ctx, 10*time.Millisecond)
		}).Weighted(weight)
		_, err := body.Collect(t.Context(), ints(2000), mapper.Options{Containers: 16, Capacity: 16})
		require.NoError(t, err)
		ideal := 1000 * 10 * time.Millisecond // one of the heavy ones at a time
		require.LessOrEqual(t, time.Since(begin), ideal*101/100)
	})
}

func TestLimitsInvalid(t *testing.T) {
	t.Parallel()
	key := func(int) string { return "" }
	plain := mapper.Plain(square)
	keyed := func(l mapper.KeyLimit) mapper.Body[int, int] { return plain.Keyed(key, l) }
	batched := mapper.Batched(func(_ context.Context, in []int) ([]int, error) { return in, nil }, mapper.Batch{Size: 2})
	expands := mapper.Expanding(func(_ context.Context, i int, _ func(...int)) (int, error) { return i, nil }, mapper.Frontier[int]{})
	for name, c := range map[string]struct {
		field string
		body  mapper.Body[int, int]
		opts  mapper.Options
	}{
		"no key":              {"key", plain.Keyed(nil, mapper.KeyLimit{}), mapper.Options{}},
		"no weight":           {"weight", plain.Weighted(nil), mapper.Options{Capacity: 1}},
		"concurrency":         {"Concurrency", keyed(mapper.KeyLimit{Concurrency: -1}), mapper.Options{}},
		"rate":                {"Rate", keyed(mapper.KeyLimit{Rate: -1}), mapper.Options{}},
		"no rate":             {"Rate", keyed(mapper.KeyLimit{Rate: rate.Limit(math.NaN())}), mapper.Options{}},
		"burst":               {"Burst", keyed(mapper.KeyLimit{Rate: 1, Burst: -1}), mapper.Options{}},
		"a burst of nothing":  {"Burst", keyed(mapper.KeyLimit{Burst: 1}), mapper.Options{}},
		"in order, once":      {"InOrder", keyed(mapper.KeyLimit{InOrder: true}), mapper.Options{AtMostOnce: true}},
		"in order, expanding": {"InOrder", expands.Keyed(key, mapper.KeyLimit{InOrder: true}), mapper.Options{}},
		"batches":             {"Keyed", batched.Keyed(key, mapper.KeyLimit{}), mapper.Options{}},
		"heavy batches":       {"Weighted", batched.Weighted(func(int) int64 { return 1 }), mapper.Options{Capacity: 1}},
		"no capacity":         {"Capacity", plain.Weighted(func(int) int64 { return 1 }), mapper.Options{}},
		"no weights":          {"Capacity", plain, mapper.Options{Capacity: 1}},
		"negative":            {"Capacity", plain.Weighted(func(int) int64 { return 1 }), mapper.Options{Capacity: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.body.Collect(t.Context(), ints(1), c.opts)
			requireField(t, c.field, err)
			_, err = mapper.Deploy(t.Context(), c.body, c.opts)
			requireField(t, c.field, err)
		})
	}
}

func ExampleBody_Keyed() {
	get := func(_ context.Context, p page) (string, error) { return fmt.Sprint(p.host, "/", p.nth), nil }
	pages := []page{{"a.example", 1}, {"a.example", 2}, {"b.example", 1}}

	// Two requests at a time for a host, five a second.
	polite := mapper.Plain(get).Keyed(hostOf, mapper.KeyLimit{Concurrency: 2, Rate: 5, Burst: 2})
	bodies, err := polite.Collect(context.Background(), pages, mapper.Options{Containers: 32})
	fmt.Println(bodies, err)
	// Output: [a.example/1 a.example/2 b.example/1] <nil>
}

func ExampleBody_Weighted() {
	resize := func(_ context.Context, megapixels int) (int, error) { return megapixels / 2, nil }

	// Pictures of 100 megapixels together, however many containers there are.
	body := mapper.Plain(resize).Weighted(func(megapixels int) int64 { return int64(megapixels) })
	sizes, err := body.Collect(context.Background(), []int{80, 12, 8, 60}, mapper.Options{Containers: 16, Capacity: 100})
	fmt.Println(sizes, err)
	// Output: [40 6 4 30] <nil>
}

// TestKeyedCancel: a call that is cancelled while it comes to wait for its key does not wait for it.
func TestKeyedCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, lasting(time.Hour).Keyed(func(int) string { return "a" }, mapper.KeyLimit{Concurrency: 1}),
			mapper.Options{Containers: 4, Grace: 2 * time.Hour})
		_, err := f.Spawn(t.Context(), 0)
		require.NoError(t, err)
		synctest.Wait()
		for range 50 {
			for i := range 4 {
				call, err := f.Spawn(t.Context(), i)
				require.NoError(t, err)
				go call.Cancel()
			}
			synctest.Wait()
			require.Equal(t, 1, f.Stats().Calls)
		}
		require.NoError(t, f.Stop(t.Context()))
	})
}

// TestOrderAfterACrash: what is tried after a crash is claimed in its turn, as anything else.
func TestOrderAfterACrash(t *testing.T) {
	t.Parallel()
	for round := range 1000 {
		var mu sync.Mutex
		var order []int
		body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
			if a, _ := mapper.AttemptFrom(ctx); i%9 == 0 && a.Attempt == 1 {
				panic("boom")
			}
			if i%9 != 0 {
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
			}
			return i, nil
		}).Keyed(func(i int) string {
			if i%9 == 0 {
				return ""
			}
			return "in order"
		}, mapper.KeyLimit{InOrder: true})
		opts := mapper.Options{Containers: 8, MaxInputs: 2}
		if round%2 == 0 {
			_, err := body.Collect(t.Context(), ints(60), opts)
			require.NoError(t, err)
		} else { // the source is empty now and then
			run, err := body.Start(t.Context(), slices.Values(ints(60)), opts)
			require.NoError(t, err)
			for r := range run.All() {
				require.NoError(t, r.Err)
			}
		}
		require.True(t, slices.IsSorted(order), "%v", order)
	}
}

// TestProbeAwaitsRoom: after a crash, workers for which nothing may begin sleep until something may. One that looked for ever
// would hold its core, and this bubble's clock. Input 2 waits for all the room that there is, from the start.
func TestProbeAwaitsRoom(t *testing.T) {
	for name, c := range map[string]struct {
		capacity int64
		fails    bool          // input 0, at once
		takes    time.Duration // inputs behind 2
		hedge    policy.Hedge
	}{
		"a retry is due when all room is taken":                {capacity: 2, fails: true, takes: 5 * time.Second},
		"a second attempt has room, and nothing more may pass": {capacity: 3, takes: time.Millisecond, hedge: policy.Hedge{After: 2 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := mapper.Plain(func(ctx context.Context, i int) (int, error) {
					a, _ := mapper.AttemptFrom(ctx)
					switch {
					case c.fails && i == 0 && a.Attempt == 1:
						time.Sleep(500 * time.Millisecond)
						return 0, errors.New("again in a second")
					case i == 1 && a.Attempt == 1:
						time.Sleep(time.Second)
						panic("boom")
					case i > 2:
						return i, during(ctx, c.takes)
					}
					return i, during(ctx, 5*time.Second)
				})
				inOrder := mapper.KeyLimit{For: func(string) mapper.KeyLimit { return mapper.KeyLimit{InOrder: true} }}
				body = body.Keyed(func(int) string { return "" }, inOrder).Weighted(func(i int) int64 {
					if i == 2 {
						return c.capacity
					}
					return 1
				})
				values, err := body.Collect(t.Context(), ints(50), mapper.Options{
					Containers: 3, Capacity: c.capacity, CrashLimit: 2, Hedge: c.hedge,
					Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Second},
				})
				require.NoError(t, err)
				require.Equal(t, ints(50), values)
			})
		})
	}
}
