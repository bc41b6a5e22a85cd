package mapper_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestContractDeadline: after Timeout the context of the attempt, and whatever descends from it, has ended as after a
// deadline, and says whose.
func TestContractDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		_, err := mapper.Collect(t.Context(), func(ctx context.Context, _ int) (int, error) {
			far, cancel := context.WithTimeout(context.WithValue(ctx, key{}, 1), time.Hour)
			defer cancel()
			told := make(chan struct{})
			context.AfterFunc(far, func() { close(told) })
			require.NoError(t, ctx.Err())
			<-far.Done()
			<-told
			<-ctx.Done()
			for _, c := range []context.Context{ctx, far, context.WithValue(ctx, key{}, 2)} {
				require.Equal(t, context.DeadlineExceeded, c.Err())
				require.Equal(t, mapper.ErrTimeout, context.Cause(c))
			}
			return 0, ctx.Err()
		}, ints(2), mapper.Options{Containers: 1, Timeout: time.Second, ReturnExceptions: true})
		for _, err := range []error{err, mapper.ErrTimeout, new(mapper.TimeoutError)} {
			require.ErrorIs(t, err, mapper.ErrTimeout)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			var timeout interface{ Timeout() bool }
			require.True(t, errors.As(err, &timeout) && timeout.Timeout())
			require.ErrorAs(t, err, new(net.Error))
		}
	})
}

// TestContractDeadlineIsNoOtherEnd: with a Timeout that is not hit, the end of the run's context is what it is.
func TestContractDeadlineIsNoOtherEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(errCrash)
		}()
		_, err := mapper.Collect(ctx, func(ctx context.Context, _ int) (int, error) {
			child, stop := context.WithCancel(ctx)
			defer stop()
			<-child.Done()
			require.Equal(t, context.Canceled, child.Err())
			require.Equal(t, context.Canceled, ctx.Err())
			require.Equal(t, errCrash, context.Cause(child))
			return 0, ctx.Err()
		}, ints(1), mapper.Options{Timeout: time.Hour})
		require.ErrorIs(t, err, errCrash)
	})
}
