package runtimes

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// TestStarts is about workers that never get ready: no input is charged, and the caller
// learns why.
func TestStarts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, told, kind string }{
		{"error", "fail", process.KindStart},
		{"panic", "panic", process.KindPanic},
		{"goexit", "goexit", process.KindGoexit},
		{"exit", "exit", process.KindExit},
		{"signal", "fault", process.KindSignal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.kind, notStarted(t, processes(process.Options{}), c.told, mapper.Options{}).Last.Kind)
		})
	}
	t.Run("timeout", func(t *testing.T) {
		t.Parallel()
		last := notStarted(t, processes(process.Options{}), "hang", mapper.Options{StartTimeout: someTime}).Last
		require.Equal(t, process.KindTimeout, last.Kind)
		require.Contains(t, last.Stack, "bodies.go", "where it hangs")
	})
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		// As for a limit below what the program needs to start.
		p := processes(process.Options{Memory: 16 << 20, Env: append(os.Environ(), how+"=hog")})
		body, _ := goroutines().stateful(t, "")
		_, err := body.Collect(bounded(t), []order{{}}, p.with(mapper.Options{Crashes: policy.Ephemeral{ColdDebt: 2}}))
		cutoff := new(supervisor.CutoffError)
		require.ErrorAs(t, err, &cutoff)
		require.Equal(t, process.KindMemory, cutoff.Last.Kind)
		require.Equal(t, supervisor.PhaseStart, cutoff.Last.Phase)
		require.True(t, cutoff.Last.OOM)
		require.ErrorContains(t, err, "over its limit of 16")
	})
}

// TestOpenCancelled ends the context of starts when they are about to succeed: a worker is
// either opened, and lives, or it is not.
func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	launch := supervisor.Launch{Function: obey}
	p := processes(process.Options{})
	began := time.Now()
	inst, err := p.runtime.Open(t.Context(), launch)
	require.NoError(t, err)
	require.NoError(t, inst.Close(t.Context()))
	usual := time.Since(began)
	for i := range 100 {
		ctx, cancel := context.WithTimeout(t.Context(), usual*time.Duration(i)/50)
		if inst, err := p.runtime.Open(ctx, launch); err == nil {
			require.NoError(t, inst.Close(t.Context()), "start %d", i)
		}
		cancel()
	}
}

// TestRefusals is about what can never run in a process: nothing starts.
func TestRefusals(t *testing.T) {
	t.Parallel()
	p := processes(process.Options{})
	closure := func(_ context.Context, n int) (int, error) { return n, nil }
	for name, c := range map[string]struct {
		fn   func(context.Context, int) (int, error)
		opts mapper.Options
		want string
	}{
		"a closure":               {fn: closure, want: "a closure"},
		"a function not declared": {fn: stranger, want: "stranger is not registered"},
		"several inputs at once":  {fn: stranger, opts: mapper.Options{MaxInputs: 2}, want: "MaxInputs"},
		"too little memory": {
			fn: stranger, want: "Memory",
			opts: mapper.Options{Runtime: process.New(process.Options{Memory: 1})},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.opts.Runtime == nil {
				c.opts.Runtime = p.runtime
			}
			_, err := mapper.Collect(bounded(t), c.fn, []int{1}, c.opts)
			require.ErrorContains(t, err, c.want)
			if c.opts.MaxInputs == 0 {
				require.ErrorIs(t, err, supervisor.ErrFatalStart)
			}
			for r := range mapper.Map(bounded(t), c.fn, []int{1}, c.opts) {
				require.Equal(t, -1, r.Index)
				require.ErrorContains(t, r.Err, c.want)
			}
			_, err = mapper.Deploy(bounded(t), mapper.Plain(c.fn), c.opts)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func stranger(_ context.Context, n int) (int, error) { return n, nil }
