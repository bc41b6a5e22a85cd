package mapper_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// plan is what the case's enter, call and exit do, step by step. Its several hooks of a kind are steps of one here.
func (s lifeSetup) plan() (enter, call, exit []string) {
	hooks := s.Hooks
	switch {
	case s.Snapshot || s.Lifespan:
		hooks = []string{"enter_pre_snapshot", "enter_post_snapshot", "lifespan_startup", "signals_disabled", "lifespan_shutdown", "exit", "commit"}
		call = []string{"method_call"}
	case s.Call != "":
		call = []string{s.Call, "local"} // which it calls
	case s.Fn == "cancellable":
		call = []string{"delay_async"}
	default:
		call = []string{"delay"}
	}
	if hooks == nil {
		hooks = []string{"enter_sync", "enter_async", "exit_sync", "exit_async"}
	}
	for _, hook := range hooks {
		if strings.HasPrefix(hook, "enter") || hook == "lifespan_startup" {
			enter = append(enter, hook)
		} else {
			exit = append(exit, hook)
		}
	}
	return enter, call, exit
}

// sleeps is the step that takes time, long is how much.
func (s lifeSetup) sleeps() string { step, _ := s.slow(); return step }

func (s lifeSetup) long() time.Duration { _, d := s.slow(); return d }

func (s lifeSetup) slow() (step string, long time.Duration) {
	_, call, _ := s.plan()
	for step, seconds := range map[string]float64{
		"enter_sync": s.SyncEnterS, "enter_async": s.AsyncEnterS, call[0]: s.InputS,
		"exit_sync": s.SyncExitS, "exit_async": s.AsyncExitS, "exit": s.ExitS,
	} {
		if seconds > 0 {
			return step, caseMS(1000 * seconds)
		}
	}
	return "", 0
}

// errLifeEnded is why the input of a life that was interrupted has failed.
var errLifeEnded = errors.New("ended from outside")

// lifeWay is a container with one input under way, and how it ends.
type lifeWay struct {
	result  func() (string, error) // waits for it
	drain   func()                 // has the container end when it has nothing to do; does not wait
	end     func()                 // has it end at once
	done    <-chan struct{}
	crashes func() int
}

var lifeWays = map[string]func(*testing.T, mapper.Body[int, string]) lifeWay{
	"a function is stopped": func(t *testing.T, body mapper.Body[int, string]) lifeWay {
		f, call := lifeFunction(t, t.Context(), body)
		hurry, now := context.WithCancelCause(t.Context())
		t.Cleanup(func() { now(nil) })
		way := lifeOf(f, call)
		way.end = func() {
			now(errLifeEnded)
			_ = f.Stop(hurry)
		}
		way.drain = func() { go func() { _ = f.Stop(hurry) }() }
		return way
	},
	"the context of a function ends": func(t *testing.T, body mapper.Body[int, string]) lifeWay {
		ctx, end := context.WithCancelCause(t.Context())
		f, call := lifeFunction(t, ctx, body)
		way := lifeOf(f, call)
		way.end = func() { end(errLifeEnded) }
		way.drain = func() { go func() { _ = f.Stop(context.WithoutCancel(ctx)) }() }
		return way
	},
	"a run of its own ends": func(t *testing.T, body mapper.Body[int, string]) lifeWay {
		ctx, end := context.WithCancelCause(t.Context())
		run, err := body.Start(ctx, slices.Values([]int{0}), mapper.Options{Containers: 1})
		require.NoError(t, err)
		done, got := make(chan struct{}), make(chan mapper.Result[int, string], 1)
		go func() {
			defer close(done)
			for r := range run.All() {
				got <- r
			}
		}()
		return lifeWay{
			result:  func() (string, error) { r := <-got; return r.Value, r.Err },
			drain:   func() {},
			end:     func() { end(errLifeEnded) },
			done:    done,
			crashes: func() int { return run.Stats().Pool.Crashes },
		}
	},
}

func lifeFunction(t *testing.T, ctx context.Context, body mapper.Body[int, string]) (*mapper.Function[int, string], *mapper.Call[string]) {
	t.Helper()
	f, err := mapper.Deploy(ctx, body, mapper.Options{Containers: 1})
	require.NoError(t, err)
	call, err := f.Spawn(t.Context(), 0)
	require.NoError(t, err)
	return f, call
}

func lifeOf(f *mapper.Function[int, string], call *mapper.Call[string]) lifeWay {
	return lifeWay{
		result: func() (string, error) {
			v, err := call.Get(context.Background())
			if errors.Is(err, mapper.ErrStopped) {
				err = errors.Join(err, errLifeEnded)
			}
			return v, err
		},
		done:    f.Done(),
		crashes: func() int { return f.Stats().Pool.Crashes },
	}
}

// requireExitGrace: an exit has so long, and whoever waits for the container waits no longer.
func requireExitGrace(t *testing.T, setup lifeSetup, want lifeWant) {
	require.Equal(t, "preemption", setup.Cause)
	for name, deaf := range map[string]bool{"until its context ends": false, "deaf": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var heard tally[time.Duration]
				body := mapper.WithState(
					func(context.Context) (int, error) { return 0, nil },
					func(ctx context.Context, _, _ int) (int, error) {
						a, _ := mapper.AttemptFrom(ctx)
						return a.Container, nil
					},
					func(ctx context.Context, _ int) error {
						begin := time.Now()
						err := during(ctx, setup.long())
						heard.add(time.Since(begin))
						if deaf {
							time.Sleep(setup.long() - time.Since(begin))
						}
						return errors.Join(err, context.Cause(ctx))
					})
				f, err := mapper.Deploy(t.Context(), body, mapper.Options{Containers: 1})
				require.NoError(t, err)
				container, err := f.Call(t.Context(), 0)
				require.NoError(t, err)
				begin := time.Now()
				require.True(t, f.Preempt(container))
				err = f.Stop(t.Context())
				require.ErrorIs(t, err, mapper.ErrExitTimeout)
				waits := caseMS(1000 * want.Killed)
				require.Equal(t, []time.Duration{waits}, heard.all(), "the end of its context")
				if deaf {
					waits += time.Second // Options.Grace
				}
				require.Equal(t, waits, time.Since(begin))
				time.Sleep(setup.long())
			})
		})
	}
}
