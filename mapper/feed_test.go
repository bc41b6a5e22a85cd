package mapper_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// feedDoors are the ways to a feed of a function of one input.
func feedDoors(fn func(context.Context, int) (int, error), opts mapper.Options) map[string]func(t *testing.T, ctx context.Context) *mapper.Feed[int, int] {
	opened := func(t *testing.T, f *mapper.Feed[int, int], err error) *mapper.Feed[int, int] {
		require.NoError(t, err)
		return f
	}
	return map[string]func(*testing.T, context.Context) *mapper.Feed[int, int]{
		"func": func(t *testing.T, ctx context.Context) *mapper.Feed[int, int] {
			f, err := mapper.Open(ctx, fn, opts)
			return opened(t, f, err)
		},
		"body": func(t *testing.T, ctx context.Context) *mapper.Feed[int, int] {
			f, err := mapper.Plain(fn).Open(ctx, opts)
			return opened(t, f, err)
		},
		"expanding": func(t *testing.T, ctx context.Context) *mapper.Feed[int, int] {
			f, err := mapper.Expanding(func(ctx context.Context, i int, _ func(...int)) (int, error) {
				return fn(ctx, i)
			}, mapper.Frontier[int]{}).Open(ctx, opts)
			return opened(t, f, err)
		},
		"function": func(t *testing.T, ctx context.Context) *mapper.Feed[int, int] {
			shared := opts
			shared.ReturnExceptions, shared.Unordered, shared.Outstanding = false, false, 0
			f, err := mapper.Deploy(t.Context(), mapper.Plain(fn), shared)
			require.NoError(t, err)
			feed, err := f.Open(ctx, mapper.RunOptions{
				ReturnExceptions: opts.ReturnExceptions, Unordered: opts.Unordered, Outstanding: opts.Outstanding,
			})
			return opened(t, feed, err)
		},
	}
}

// eachFeed runs a test for each of them, in a bubble.
func eachFeed(t *testing.T, fn func(context.Context, int) (int, error), opts mapper.Options, test func(t *testing.T, feed *mapper.Feed[int, int])) {
	for name, open := range feedDoors(fn, opts) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, open(t, t.Context())) })
		})
	}
}

func TestFeed(t *testing.T) {
	eachFeed(t, squared, mapper.Options{Containers: 4, Outstanding: 8}, func(t *testing.T, feed *mapper.Feed[int, int]) {
		go func() {
			for i := range 100 {
				require.NoError(t, feed.Submit(t.Context(), i))
			}
			feed.Close()
		}()
		n := 0
		for r := range feed.All() {
			require.Equal(t, mapper.Result[int, int]{Index: n, Input: n, Value: n * n, Attempts: 1}, r)
			n++
		}
		require.Equal(t, 100, n)
		require.NoError(t, feed.Wait())
		feed.Close() // once more
		require.Equal(t, mapper.ErrClosed, feed.Submit(t.Context(), 0))
	})
}

// TestFeedBeginsAtOnce: an input waits for no other one.
func TestFeedBeginsAtOnce(t *testing.T) {
	begun := make(chan int, 1)
	fn := func(_ context.Context, i int) (int, error) {
		begun <- i
		return i, nil
	}
	eachFeed(t, fn, mapper.Options{Containers: 2}, func(t *testing.T, feed *mapper.Feed[int, int]) {
		for i := range 3 {
			require.NoError(t, feed.Submit(t.Context(), i))
			synctest.Wait()
			require.Equal(t, i, <-begun)
			time.Sleep(time.Hour)
		}
		feed.Close()
		for range feed.All() {
			continue
		}
	})
}

// TestFeedWaitsForRoom: what is submitted and not read is bounded, and a ctx that ends while there is no room takes nothing
// along.
func TestFeedWaitsForRoom(t *testing.T) {
	eachFeed(t, squared, mapper.Options{Containers: 1, Outstanding: 8}, func(t *testing.T, feed *mapper.Feed[int, int]) {
		var accepted atomic.Int64
		ctx, cancel := context.WithCancelCause(t.Context())
		full := make(chan error)
		go func() {
			for i := 0; ; i++ {
				if err := feed.Submit(ctx, i); err != nil {
					full <- err
					return
				}
				accepted.Add(1)
			}
		}()
		synctest.Wait()
		room := int(accepted.Load())
		require.GreaterOrEqual(t, room, 1)
		require.LessOrEqual(t, room, 2*8)
		gone := errors.New("gone")
		cancel(gone)
		require.Equal(t, gone, <-full)
		require.Equal(t, gone, feed.Submit(ctx, 0), "before it looks for room")
		waiting := make(chan error)
		go func() { waiting <- feed.Submit(t.Context(), room) }()
		synctest.Wait()
		require.Empty(t, waiting)
		n := 0
		for r := range feed.All() {
			require.Equal(t, n*n, r.Value)
			if n++; n == room {
				require.NoError(t, <-waiting)
				feed.Close()
			}
		}
		require.Equal(t, room+1, n)
	})
}

// TestFeedEnds: whoever waits in Submit is told how the run has ended, and who comes later too.
func TestFeedEnds(t *testing.T) {
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		end  func(feed *mapper.Feed[int, int], cancel context.CancelCauseFunc)
		want func(error) bool
	}{
		"its context": {
			func(_ *mapper.Feed[int, int], cancel context.CancelCauseFunc) { cancel(gone) },
			func(err error) bool { return err == gone },
		},
		"stopped": {
			func(feed *mapper.Feed[int, int], _ context.CancelCauseFunc) { feed.Stop() },
			func(err error) bool { return err == mapper.ErrStopped },
		},
		"closed": {
			func(feed *mapper.Feed[int, int], _ context.CancelCauseFunc) { feed.Close() },
			func(err error) bool { return err == mapper.ErrClosed },
		},
		"its reader leaves": {
			func(feed *mapper.Feed[int, int], _ context.CancelCauseFunc) {
				for range feed.All() {
					break
				}
			},
			func(err error) bool { return err == mapper.ErrStopped },
		},
		"a failure": {
			func(feed *mapper.Feed[int, int], _ context.CancelCauseFunc) {
				for r := range feed.All() {
					if r.Err != nil {
						return
					}
				}
			},
			func(err error) bool {
				_, ok := errors.AsType[*mapper.InputError](err)
				return ok && errors.Is(err, mapper.ErrTimeout)
			},
		},
	} {
		fn := func(ctx context.Context, i int) (int, error) {
			if i == 3 && name == "a failure" {
				<-ctx.Done() // until everything is full
				return 0, policy.Permanent(errCrash)
			}
			return i, nil
		}
		opts := mapper.Options{Containers: 1, Outstanding: 8, Timeout: time.Second}
		for door, open := range feedDoors(fn, opts) {
			t.Run(name+"/"+door, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					feed := open(t, ctx)
					var waiters sync.WaitGroup
					for range 3 {
						waiters.Go(func() {
							var err error
							for i := 0; err == nil; i++ {
								err = feed.Submit(t.Context(), i)
							}
							require.True(t, c.want(err), "%v", err)
						})
					}
					synctest.Wait()
					c.end(feed, cancel)
					waiters.Wait()
					require.True(t, c.want(feed.Submit(t.Context(), 0)))
					feed.Close()
					feed.Stop()
					for range feed.All() {
						continue
					}
				})
			})
		}
	}
}

// TestFeedLosesNothing: whatever ends it and whenever, each input that was accepted has one Result, and no other has any.
func TestFeedLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		submitters := rapid.IntRange(1, 4).Draw(rt, "submitters")
		each := rapid.IntRange(0, 40).Draw(rt, "each")
		ends := rapid.SampledFrom([]string{"closed", "cancelled", "stopped", "limit"}).Draw(rt, "ends")
		after := time.Duration(rapid.IntRange(0, 20).Draw(rt, "after")) * time.Millisecond
		takes := time.Duration(rapid.IntRange(0, 3).Draw(rt, "takes")) * time.Millisecond
		opts := mapper.Options{
			Containers: rapid.IntRange(1, 4).Draw(rt, "containers"), Outstanding: rapid.IntRange(4, 16).Draw(rt, "outstanding"),
			ReturnExceptions: true, Unordered: rapid.Bool().Draw(rt, "unordered"),
		}
		if ends == "limit" {
			opts.FailureLimit = policy.FailureLimit{Count: 5}
		}
		door := rapid.SampledFrom([]string{"func", "body", "expanding", "function"}).Draw(rt, "door")
		if door == "function" {
			opts.FailureLimit = policy.FailureLimit{}
		}
		fn := func(_ context.Context, i int) (int, error) {
			time.Sleep(takes)
			if i%4 == 0 {
				return 0, policy.Permanent(errCrash)
			}
			return i, nil
		}
		var accepted sync.Map
		results := map[int]int{}
		indices := map[int]int{}
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			feed := feedDoors(fn, opts)[door](t, ctx)
			var group errgroup.Group
			for s := range submitters {
				group.Go(func() error {
					for i := range each {
						if err := feed.Submit(ctx, s*each+i); err != nil {
							return err
						}
						accepted.Store(s*each+i, true)
					}
					return nil
				})
			}
			time.AfterFunc(after, map[string]func(){"closed": feed.Close, "cancelled": cancel, "stopped": feed.Stop, "limit": func() {}}[ends])
			go func() {
				group.Wait()
				feed.Close()
			}()
			for r := range feed.All() {
				if r.Index >= 0 {
					results[r.Input]++
					indices[r.Index]++
				}
			}
		})
		n := 0
		accepted.Range(func(i, _ any) bool {
			n++
			if results[i.(int)] != 1 {
				rt.Errorf("input %v was accepted and has %d results", i, results[i.(int)])
			}
			return true
		})
		if len(results) != n {
			rt.Errorf("%d accepted, %d have results", n, len(results))
		}
		for i := range n {
			if indices[i] != 1 {
				rt.Errorf("index %d of %d is there %d times", i, n, indices[i])
			}
		}
	})
}

// TestFeedOfUnique: the identity of what is submitted is known to the attempts.
func TestFeedOfUnique(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := mapper.Expanding(func(_ context.Context, s string, add func(...string)) (string, error) {
			add("home")
			return s, nil
		}, mapper.Frontier[string]{Unique: func(s string) string { return s }})
		feed, err := body.Open(t.Context(), mapper.Options{})
		require.NoError(t, err)
		require.NoError(t, feed.Submit(t.Context(), "home"))
		require.NoError(t, feed.Submit(t.Context(), "away"))
		feed.Close()
		var got []string
		for r := range feed.All() {
			got = append(got, r.Value)
		}
		require.Equal(t, []string{"home", "away"}, got)
	})
}

// TestFeedRefuses what Start refuses.
func TestFeedRefuses(t *testing.T) {
	_, err := mapper.Open[int, int](t.Context(), nil, mapper.Options{})
	requireField(t, "fn", err)
	_, err = mapper.Open(t.Context(), squared, mapper.Options{Containers: -1})
	requireField(t, "Containers", err)
}
