package mapper_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func TestScaleDownAndBack(t *testing.T) {
	for _, least := range []int{0, 1} {
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, lasting(time.Second), mapper.Options{Scale: mapper.Scale{Min: least, Max: 8, Window: 5 * time.Second}})
			for range 3 {
				calls, err := f.SpawnAll(t.Context(), ints(16))
				require.NoError(t, err)
				began := time.Now()
				_, err = mapper.Gather(t.Context(), calls...)
				require.NoError(t, err)
				require.Equal(t, 2*time.Second, time.Since(began)) // on all eight
				time.Sleep(4 * time.Second)
				require.Equal(t, 8, f.Stats().Pool.Live)
				time.Sleep(2 * time.Second)
				require.Equal(t, least, f.Stats().Pool.Live)
			}
			require.NoError(t, f.Stop(t.Context()))
		})
	}
}

// A container executes as many inputs as it may before it is replaced, and not fewer for
// having looked for some in vain.
func TestRecycledAfterInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 1, Recycle: mapper.Recycle{Inputs: 9}})
		for i := range 90 {
			_, err := f.Call(t.Context(), i)
			require.NoError(t, err)
			synctest.Wait()
		}
		require.GreaterOrEqual(t, f.Stats().Pool.Starts, 10)
		require.LessOrEqual(t, f.Stats().Pool.Starts, 11)
		require.NoError(t, f.Stop(t.Context()))
	})
}

// A call may come in the very moment when the container that is woken for it is ended,
// because it was idle for so long. Another one that sleeps must take it then.
func TestCallAtTheEndOfTheWindow(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			f := deploy(t, lasting(time.Second), mapper.Options{Scale: mapper.Scale{Min: 1, Max: 2, Window: time.Second}})
			calls, err := f.SpawnAll(t.Context(), ints(2))
			require.NoError(t, err)
			_, err = mapper.Gather(t.Context(), calls...)
			require.NoError(t, err)
			time.Sleep(time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err = f.Call(ctx, 3)
			require.NoError(t, err)
			require.NoError(t, f.Stop(t.Context()))
		})
	}
}

// A run's last container may be due by its age in any moment; the run does not end for it.
func TestAgeEndsNoRun(t *testing.T) {
	t.Parallel()
	in := ints(1000)
	for range 5000 {
		_, err := mapper.Plain(squared).Collect(t.Context(), in, mapper.Options{
			Containers: 1, Recycle: mapper.Recycle{Age: time.Microsecond},
		})
		require.NoError(t, err)
	}
}

// swelling makes containers that grow by a byte with each input.
type swelling struct{ used int64 }

func (*swelling) Check(any) error { return nil }

func (*swelling) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return new(swelling), nil
}

func (s *swelling) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	for i, in := range chunk.Inputs {
		s.used++
		done(i, in, nil)
	}
	return nil
}

func (s *swelling) Memory() (used, limit int64) { return s.used, 100 }

func (*swelling) Close(context.Context) error { return nil }

// A container that uses more memory than it should is replaced after what it executes.
func TestRecycledAfterMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := deploy(t, mapper.Plain(squared), mapper.Options{Containers: 1, Recycle: mapper.Recycle{Memory: 8}, Runtime: new(swelling)})
		for i := range 90 {
			_, err := f.Call(t.Context(), i)
			require.NoError(t, err)
			synctest.Wait()
		}
		require.GreaterOrEqual(t, f.Stats().Pool.Starts, 10)
		require.LessOrEqual(t, f.Stats().Pool.Starts, 11)
		require.Zero(t, f.Stats().Pool.Crashes)
		require.NoError(t, f.Stop(t.Context()))
	})
	for field, opts := range map[string]mapper.Options{
		"negative":   {Recycle: mapper.Recycle{Memory: -1}, Runtime: new(swelling)},
		"no runtime": {Recycle: mapper.Recycle{Memory: 1}},
	} {
		bad, ok := errors.AsType[*policy.InvalidError](opts.Validate())
		require.True(t, ok, field)
		require.Equal(t, "Recycle.Memory", bad.Field)
	}
}
