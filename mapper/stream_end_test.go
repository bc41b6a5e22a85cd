package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

func TestStreamTimeout(t *testing.T) {
	const timeout, grace = time.Second, 100 * time.Millisecond
	rows := map[string]struct {
		end  func(ctx context.Context, yield func(int, error) bool)
		took time.Duration
	}{
		"honoured": {func(ctx context.Context, yield func(int, error) bool) {
			<-ctx.Done()
			yield(0, ctx.Err())
		}, timeout},
		"honoured silently": {func(ctx context.Context, _ func(int, error) bool) { <-ctx.Done() }, timeout},
		"late within the grace": {func(_ context.Context, yield func(int, error) bool) {
			time.Sleep(timeout + grace/2)
			yield(42, nil)
		}, timeout + grace/2},
		"ignored": {func(_ context.Context, yield func(int, error) bool) {
			time.Sleep(time.Hour)
			yield(42, nil)
		}, timeout + grace},
		"ignored, and more than once": {func(_ context.Context, yield func(int, error) bool) {
			time.Sleep(time.Hour)
			yield(42, nil)
			yield(42, nil) // a panic, of nobody's interest by now
		}, timeout + grace},
		"noticed at the next output": {func(_ context.Context, yield func(int, error) bool) {
			for k := 2; yield(k, nil); k++ {
				time.Sleep(70 * time.Millisecond)
			}
		}, 15 * 70 * time.Millisecond},
	}
	for name, row := range rows {
		for _, containers := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s in %d", name, containers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begin := time.Now()
					fn := func(ctx context.Context, i int) iter.Seq2[int, error] {
						if i != 1 {
							return numbers(2)
						}
						return func(yield func(int, error) bool) {
							yield(0, nil)
							yield(1, nil)
							row.end(ctx, yield)
						}
					}
					opts := mapper.Options{Containers: containers, Timeout: timeout, Grace: grace, ReturnExceptions: true}
					got := streamOf(t, fn, 3, opts)
					require.Equal(t, row.took, time.Since(begin))
					n := len(got)
					require.Equal(t, []string{"0.0", "0.1", "1.0", "1.1"}, brief(got[:4]))
					require.Equal(t, []string{fmt.Sprintf("1.%d!", n-5), "2.0", "2.1"}, brief(got[n-3:]))
					require.ErrorIs(t, got[n-3].Err, mapper.ErrTimeout)
					if name != "noticed at the next output" {
						require.Len(t, got, 7)
					}
					time.Sleep(2 * time.Hour) // what was abandoned ends
				})
			})
		}
	}
}

// The time that an input waits for the reader is none of the function's: what that takes counts, before and after.
func TestStreamTimeoutWhileItWaits(t *testing.T) {
	for name, c := range map[string]struct {
		each time.Duration // of the function, for an output
		want int
	}{
		"in time": {each: 9 * time.Millisecond, want: 100},
		"late":    {each: 11 * time.Millisecond, want: 90},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fn := func(context.Context, int) iter.Seq2[int, error] {
					return func(yield func(int, error) bool) {
						for k := range 100 {
							if time.Sleep(c.each); !yield(k, nil) {
								return
							}
						}
					}
				}
				var got []output
				for o := range mapper.Stream(t.Context(), fn, upTo(1), mapper.Options{Timeout: time.Second, Grace: time.Hour}) {
					if got = append(got, o); len(got)%20 == 1 {
						time.Sleep(time.Minute)
					}
				}
				if c.want == 100 {
					require.Len(t, got, 100)
					require.NoError(t, got[99].Err)
				} else {
					require.Len(t, got, c.want+1)
					require.ErrorIs(t, got[c.want].Err, mapper.ErrTimeout)
				}
			})
		})
	}
}

func TestStreamCancel(t *testing.T) {
	cause := errors.New("enough")
	for _, all := range []bool{false, true} {
		for _, unordered := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				var begun atomic.Int32
				fn := func(context.Context, int) iter.Seq2[int, error] {
					begun.Add(1)
					return numbers(1 << 30)
				}
				var got, failed []output
				opts := mapper.Options{Containers: 3, ReturnExceptions: all, Unordered: unordered, Outstanding: 10}
				for o := range mapper.Stream(ctx, fn, upTo(100), opts) {
					if got = append(got, o); len(got) == 50 {
						cancel(cause)
					}
					if o.Err != nil {
						failed = append(failed, o)
						require.Same(t, cause, o.Err)
					}
				}
				require.Less(t, len(got), 50+4*17+10)
				if !all {
					require.Len(t, failed, 1)
					require.Equal(t, failed[0], got[len(got)-1])
					return
				}
				require.GreaterOrEqual(t, len(failed), int(begun.Load()), "all that were begun, and those that were taken")
				slices.SortFunc(failed, func(a, b output) int { return a.Index - b.Index })
				for i, o := range failed {
					require.Equal(t, i, o.Index)
				}
			})
		}
	}
	t.Run("before it begins", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		got := slices.Collect(mapper.Stream(ctx, func(context.Context, int) iter.Seq2[int, error] { return numbers(1) }, upTo(3), mapper.Options{}))
		require.Len(t, got, 1)
		require.Same(t, cause, got[0].Err)
	})
}

// When the loop statement returns nothing runs any more.
func TestStreamLeave(t *testing.T) {
	leave := map[string]func(){
		"break":  nil,
		"panic":  func() { panic("leave") },
		"goexit": runtime.Goexit,
	}
	for _, by := range leave {
		for _, opts := range []mapper.Options{
			{Containers: 1},
			{Containers: 3},
			{Containers: 3, Unordered: true, Outstanding: 1},
			{Containers: 3, ReturnExceptions: true, Timeout: time.Hour},
		} {
			for _, after := range []int{1, 8, 100} {
				synctest.Test(t, func(t *testing.T) {
					var running atomic.Int64
					fn := func(ctx context.Context, i int) iter.Seq2[int, error] {
						return func(yield func(int, error) bool) {
							running.Add(1)
							defer running.Add(-1)
							for k := 0; yield(k, nil); k++ {
								if i == 2 {
									<-ctx.Done() // not in push
								}
							}
							time.Sleep(time.Millisecond)
						}
					}
					left := make(chan struct{})
					go func() {
						defer close(left)
						defer func() { _ = recover() }()
						defer func() {
							if running.Load() != 0 {
								t.Error("something still runs")
							}
						}()
						n := 0
						for range mapper.Stream(t.Context(), fn, upTo(1<<30), opts) {
							if n++; n < after {
								continue
							}
							if by == nil {
								break
							}
							by()
						}
					}()
					<-left
				})
			}
		}
	}
}
