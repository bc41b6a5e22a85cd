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

// TestCancelledWhileItWaitsForARerun: a call that was struck, and is cancelled while the function crash-loops, gives its
// place in Outstanding back and is not waited for.
func TestCancelledWhileItWaitsForARerun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		starts := 0
		body := mapper.WithState(func(context.Context) (int, error) {
			if starts++; starts > 1 {
				return 0, errors.New("no model")
			}
			return 1, nil
		}, func(context.Context, int, int) (int, error) { panic("broken") }, nil)
		f, err := mapper.Deploy(context.Background(), body, mapper.Options{Containers: 1, Outstanding: 1})
		require.NoError(t, err)
		c, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		time.Sleep(time.Minute)
		require.True(t, f.Stats().Pool.CrashLooping)
		c.Cancel()
		<-c.Done()
		time.Sleep(time.Minute)
		calls := f.Stats().Calls
		stopped := make(chan error, 1)
		ctx, cancel := context.WithCancel(context.Background())
		go func() { stopped <- f.Stop(ctx) }()
		time.Sleep(time.Hour)
		ended := false
		select {
		case <-f.Done():
			ended = true
		default:
		}
		cancel()
		<-stopped
		require.Zero(t, calls, "Calls")
		require.True(t, ended, "Stop waits for a call that nobody waits for")
	})
}

// TestCancelledWhileItWaitsForARetry: the same for a retry.
func TestCancelledWhileItWaitsForARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, err := mapper.Deploy(context.Background(), mapper.Plain(func(context.Context, int) (int, error) {
			return 0, errors.New("no")
		}), mapper.Options{Containers: 1, Outstanding: 1, Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Minute}})
		require.NoError(t, err)
		defer f.Stop(context.Background())
		c, err := f.Spawn(t.Context(), 1)
		require.NoError(t, err)
		time.Sleep(time.Second)
		c.Cancel()
		<-c.Done()
		time.Sleep(2 * time.Second)
		_, err = f.Spawn(t.Context(), 1)
		require.NotErrorIs(t, err, mapper.ErrQueueFull)
	})
}

// TestDeployedEphemeral: a function under a policy that gives up ends with its cutoff, and its calls with it.
func TestDeployedEphemeral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, err := mapper.Deploy(context.Background(), mapper.WithState(
			func(context.Context) (int, error) { return 0, errors.New("no model") },
			func(context.Context, int, int) (int, error) { return 0, nil }, nil),
			mapper.Options{Containers: 1, Crashes: policy.Ephemeral{}})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err = f.Call(ctx, 1)
		late, cancelStop := context.WithTimeout(t.Context(), time.Hour)
		defer cancelStop()
		_ = f.Stop(late)
		require.ErrorIs(t, err, supervisor.ErrCutoff)
		require.ErrorIs(t, err, mapper.ErrStopped)
	})
}
