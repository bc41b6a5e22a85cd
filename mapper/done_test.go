package mapper_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// isDone reports that the channel is closed.
func isDone(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// TestDone: the channel is closed when everything is through, and not before, however the run ends.
func TestDone(t *testing.T) {
	fn := func(ctx context.Context, i int) (int, error) { return i, during(ctx, time.Minute) }
	for name, c := range map[string]struct {
		end   func(cancel func(), run *mapper.Run[int, int])
		after time.Duration
	}{
		"by itself": {func(func(), *mapper.Run[int, int]) {}, 3 * time.Minute},
		"cancelled": {func(cancel func(), _ *mapper.Run[int, int]) { cancel() }, 90 * time.Second},
		"stopped":   {func(_ func(), run *mapper.Run[int, int]) { run.Stop() }, 90 * time.Second},
	} {
		for _, on := range []string{"its own", "a function"} {
			t.Run(name+"/"+on, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					began := time.Now()
					var run *mapper.Run[int, int]
					var err error
					if on == "a function" {
						f := deploy(t, mapper.Plain(fn), mapper.Options{Containers: 1})
						run, err = f.Start(ctx, upTo(3), mapper.RunOptions{})
						defer func() { require.NoError(t, f.Stop(t.Context())) }()
					} else {
						run, err = mapper.Start(ctx, fn, upTo(3), mapper.Options{Containers: 1})
					}
					require.NoError(t, err)
					done := run.Done()
					require.Equal(t, done, run.Done())
					time.AfterFunc(90*time.Second, func() { c.end(cancel, run) })
					for range run.Results() {
					}
					<-done
					require.Equal(t, c.after, time.Since(began))
					_ = run.Wait()
					require.Equal(t, c.after, time.Since(began))
					require.True(t, isDone(run.Done()))
				})
			})
		}
	}
}

// TestDoneWaitsForTheReader, as Wait does, and for what still executes.
func TestDoneWaitsForTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run, err := mapper.Start(t.Context(), func(_ context.Context, i int) (int, error) {
			time.Sleep(time.Second)
			return i, nil
		}, upTo(1000), mapper.Options{Containers: 2, Outstanding: 10})
		require.NoError(t, err)
		time.Sleep(time.Hour)
		synctest.Wait()
		require.False(t, isDone(run.Done()))
		for r := range run.All() {
			if r.Index == 20 {
				break
			}
		}
		synctest.Wait()
		require.True(t, isDone(run.Done()))
	})
}

// A run beside a ticker that says how far it is.
func ExampleRun_Done() {
	run, err := mapper.Start(context.Background(), square, slices.Values([]int{1, 2, 3}), mapper.Options{})
	if err != nil {
		panic(err)
	}
	go func() {
		for range run.All() {
		}
	}()
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for over := false; !over; {
		select {
		case <-ticker.C:
			fmt.Println(run.Stats().Succeeded, "so far")
		case <-run.Done():
			over = true
		}
	}
	fmt.Println(run.Stats().Succeeded, run.Wait())
	// Output:
	// 3 <nil>
}
