package cluster_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/registry"
)

const patience = time.Minute

func square(_ context.Context, n int) (int, error) {
	switch {
	case n == -1:
		panic("below nothing")
	case n < -1:
		return 0, errors.New("far below nothing")
	}
	return n * n, nil
}

func longer(_ context.Context, b []byte) ([]byte, error) { return append(b, b...), nil }

var (
	_ = registry.Register(square)
	_ = registry.Register(longer)
)

func ints(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), patience, errors.New("the test hangs"))
	t.Cleanup(cancel)
	return ctx
}

// open makes a runtime that ends with the test.
func open(t *testing.T, opts cluster.Options) *cluster.Runtime {
	t.Helper()
	r := cluster.New(opts)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// listen starts a server on loopback.
func listen(t *testing.T) (url string) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(patience))
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	return s.ClientURL()
}

// employ starts worker processes, and waits until they are known.
func employ(t *testing.T, r *cluster.Runtime, url string, n int) {
	t.Helper()
	for range n {
		require.NoError(t, spawn(t, workerOf+"="+url).Start())
	}
	require.Eventually(t, func() bool { return len(r.Machines()) == n }, patience, time.Millisecond)
}

func TestInside(t *testing.T) {
	t.Parallel()
	r := open(t, cluster.Options{Local: 3})
	out, err := mapper.Collect(bounded(t), square, ints(10000), mapper.Options{Runtime: r})
	require.NoError(t, err)
	for i, v := range out {
		require.Equal(t, i*i, v)
	}
	machines := r.Machines()
	require.Len(t, machines, 1)
	require.Equal(t, 3, machines[0].Slots)
	require.False(t, machines[0].Unused)
	require.Equal(t, os.Getpid(), machines[0].PID)
	require.Equal(t, cluster.Version(), machines[0].Version)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	r := open(t, cluster.Options{Local: 2})
	run, err := mapper.Start(bounded(t), square, slices.Values([]int{1, -2, 3, -1, 5}), mapper.Options{Runtime: r, ReturnExceptions: true})
	require.NoError(t, err)
	all := slices.Collect(run.All())
	require.NoError(t, run.Wait())
	require.Len(t, all, 5)
	require.EqualError(t, all[1].Err, "far below nothing")
	crash, ok := errors.AsType[*supervisor.CrashError](all[3].Err)
	require.True(t, ok)
	require.Equal(t, "below nothing", crash.Panic)
	require.Contains(t, crash.Stack, "fleet_test.go")
	require.Equal(t, 3, crash.Input)
	require.Equal(t, 25, all[4].Value)
}

// TestLarge: what is larger than a message of the server travels in parts.
func TestLarge(t *testing.T) {
	t.Parallel()
	url := listen(t)
	r := open(t, cluster.Options{URL: url})
	employ(t, r, url, 1)
	in := [][]byte{make([]byte, 5<<20), []byte("ab"), make([]byte, 3<<20)}
	out, err := mapper.Collect(bounded(t), longer, in, mapper.Options{Runtime: r})
	require.NoError(t, err)
	require.Len(t, out[0], 10<<20)
	require.Equal(t, "abab", string(out[1]))
	require.Len(t, out[2], 6<<20)
}

// TestNoMachineAtFirst: a run waits for the first machine.
func TestNoMachineAtFirst(t *testing.T) {
	t.Parallel()
	url := listen(t)
	r := open(t, cluster.Options{URL: url})
	run, err := mapper.Start(bounded(t), square, slices.Values(ints(100)), mapper.Options{Runtime: r})
	require.NoError(t, err)
	employ(t, r, url, 1)
	require.Len(t, slices.Collect(run.All()), 100)
	require.NoError(t, run.Wait())
}

// TestNoMachine: after the grace a run says what is there. A Place that does not return says no, and harms nobody.
func TestNoMachine(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]func(cluster.Machine) bool{
		"no":     func(cluster.Machine) bool { return false },
		"panic":  func(cluster.Machine) bool { panic("no") },
		"Goexit": func(cluster.Machine) bool { runtime.Goexit(); return true },
	} {
		r := open(t, cluster.Options{Local: 1, Grace: 10 * time.Millisecond, Place: place})
		_, err := mapper.Collect(bounded(t), square, ints(3), mapper.Options{Runtime: r})
		require.ErrorIs(t, err, supervisor.ErrCutoff, name)
		require.ErrorContains(t, err, "no machine runs this program", name)
		require.True(t, r.Machines()[0].Unused, name)
	}
}

func TestInvalid(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"nats://example.org:4222": false, "tls://example.org": true, "nats://127.0.0.1:1": true, "localhost": true,
		"nats://[::1]": true, "nats://127.0.0.1,nats://10.0.0.1": false, "http://localhost": false, "nats://": false, "a b://": false,
	} {
		err := cluster.Options{URL: url}.Validate()
		invalid, is := errors.AsType[*policy.InvalidError](err)
		require.Equal(t, !want, is, url)
		if is {
			require.Equal(t, "URL", invalid.Field)
			require.ErrorIs(t, cluster.New(cluster.Options{URL: url}).Check(square), supervisor.ErrFatalStart)
			require.Error(t, cluster.Serve(t.Context(), cluster.WorkerOptions{URL: url}))
		}
	}
	require.Error(t, cluster.Serve(t.Context(), cluster.WorkerOptions{}))
}
