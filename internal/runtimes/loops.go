package runtimes

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// quick gives nobody long to look at a crash loop.
var quick = policy.Deployed{
	InitialDelay: time.Millisecond, MaxDelay: 10 * time.Millisecond,
	GateInitialDelay: time.Millisecond, GateMaxDelay: 10 * time.Millisecond, ColdDebt: 2,
}

var _ = process.RegisterState(func(ctx context.Context) (*model, error) { return enter(ctx, "fail") }, askInVain, nil)

// askInVain is an ask whose enter fails.
func askInVain(ctx context.Context, m *model, o order) (int, error) { return ask(ctx, m, o) }

func testCrashLoops(t *testing.T, places []Place) {
	contract{
		"a crash loop, and its end": func(t *testing.T, p Place) {
			file := filepath.Join(t.TempDir(), sign)
			body, p := p.stateful(t, "fail until="+file)
			f := deploy(t, body, p.with(mapper.Options{Crashes: quick}))
			call, err := f.Spawn(bounded(t), order{})
			require.NoError(t, err)
			var pool supervisor.Snapshot
			eventually(t, "it is a crash loop", func() bool {
				pool = f.Stats().Pool
				return pool.CrashLooping
			})
			require.Positive(t, pool.Crashes)
			require.False(t, pool.CrashLoopSince.IsZero())
			require.Equal(t, supervisor.PhaseStart, pool.Last.Phase)
			require.ErrorIs(t, pool.Last, errOwn)
			_, err = call.Poll()
			require.Equal(t, mapper.ErrPending, err, "calls wait")
			leave(filepath.Dir(file), sign, "")
			v, err := call.Get(bounded(t))
			require.NoError(t, err)
			require.Equal(t, 1, v)
		},
		"a crash loop, and a redeploy": func(t *testing.T, p Place) {
			f := deploy(t, mapper.WithState(func(ctx context.Context) (*model, error) { return enter(ctx, "fail") }, askInVain, nil),
				p.with(mapper.Options{Crashes: quick}))
			call, err := f.Spawn(bounded(t), order{})
			require.NoError(t, err)
			eventually(t, "it is a crash loop", func() bool { return f.Stats().Pool.CrashLooping })
			body, _ := goroutines().stateful(t, "")
			require.NoError(t, f.Redeploy(bounded(t), body))
			v, err := call.Get(bounded(t))
			require.NoError(t, err)
			require.Equal(t, 1, v)
		},
	}.run(t, places)
}
