package runtimes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// model is a state: what enter has made, and where exit leaves a trace.
type model struct {
	how    string
	served int
	dir    string
}

// how is the variable that tells the enter of a worker what to do.
const how = "LONGSHORE_TEST_ENTER"

var _ = process.RegisterState(func(ctx context.Context) (*model, error) { return enter(ctx, os.Getenv(how)) }, ask, exit)

// stateful is a body whose enter does as told, and the place where it can: a closure is
// told by itself, and a worker by its environment.
func (p Place) stateful(t *testing.T, told string) (mapper.Body[order, int], Place) {
	body := mapper.WithState(func(ctx context.Context) (*model, error) { return enter(ctx, told) }, ask, exit)
	if p.elsewhere() {
		p.runtime = p.Make(t, how+"="+told)
	}
	return body, p
}

func enter(ctx context.Context, told string) (*model, error) {
	switch what, arg, _ := strings.Cut(told, "="); what {
	case "fail":
		return nil, fmt.Errorf("loading the model: %w", errOwn)
	case "fail until":
		if _, err := os.Stat(arg); err != nil {
			return nil, fmt.Errorf("loading the model: %w", errOwn)
		}
	case "panic":
		panic("no model")
	case "goexit":
		runtime.Goexit()
	case "hang":
		<-ctx.Done()
		return nil, context.Cause(ctx)
	default:
		if do := starts[what]; do != nil {
			do()
		}
	}
	return &model{how: told}, nil
}

// starts are what an enter can do besides, where it can be done.
var starts = map[string]func(){}

// ask counts what its container has served.
func ask(ctx context.Context, m *model, o order) (int, error) {
	if m.dir = o.Dir; o.Dir != "" {
		leave(o.Dir, journal, fmt.Sprintf("%d %d\n", attemptOf(ctx).Index, attemptOf(ctx).Attempt))
	}
	if do := deeds[o.Do]; do != nil {
		if err := do(ctx, o); err != nil {
			return 0, err
		}
	}
	m.served++
	return m.served, nil
}

func exit(ctx context.Context, m *model) error {
	if m.how == "hang at exit" {
		<-ctx.Done()
		leave(m.dir, "exits", context.Cause(ctx).Error()+"\n")
		return context.Cause(ctx)
	}
	leave(m.dir, "exits", strconv.Itoa(m.served)+"\n")
	if m.how == "fail at exit" {
		return fmt.Errorf("closing the model: %w", errOwn)
	}
	return nil
}

func testState(t *testing.T, places []Place) {
	contract{
		"one for each container": func(t *testing.T, p Place) {
			body, p := p.stateful(t, "")
			dir := t.TempDir()
			in := orders(100)
			in[99].Dir = dir
			values, err := body.Collect(bounded(t), in, p.with(mapper.Options{Containers: 1}))
			require.NoError(t, err)
			for i, v := range values {
				require.Equal(t, i+1, v)
			}
			require.Equal(t, "100\n", trace(t, dir, "exits"))
		},
		"another one after a crash": func(t *testing.T, p Place) {
			body, p := p.stateful(t, "")
			var all []mapper.Result[order, int]
			for r := range body.Map(bounded(t), orders(20, order{N: 10, Do: "panic"}), p.with(mapper.Options{Containers: 1, CrashLimit: 1, ReturnExceptions: true})) {
				all = append(all, r)
			}
			require.Len(t, all, 20)
			require.Equal(t, 10, all[9].Value)
			require.ErrorAs(t, all[10].Err, new(*supervisor.CrashError))
			var served []int // after a crash the next input is one from anywhere
			for _, r := range all[11:] {
				served = append(served, r.Value)
			}
			require.ElementsMatch(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, served)
		},
		"its exit after a crash": func(t *testing.T, p Place) {
			if p.Alone {
				t.Skip("the crash is the end of the process, and of the state")
			}
			body, p := p.stateful(t, "")
			dir := t.TempDir()
			in := orders(3, order{N: 1, Do: "panic"})
			for i := range in {
				in[i].Dir = dir
			}
			_, err := body.Collect(bounded(t), in, p.with(mapper.Options{Containers: 1, CrashLimit: 1, ReturnExceptions: true}))
			require.ErrorAs(t, err, new(*supervisor.CrashError))
			eventually(t, "both states are closed", func() bool { return trace(t, dir, "exits") == "1\n1\n" })
		},
		"recycled": func(t *testing.T, p Place) {
			body, p := p.stateful(t, "")
			dir := t.TempDir()
			in := orders(20)
			for i := range in {
				in[i].Dir = dir
			}
			values, err := body.Collect(bounded(t), in, p.with(mapper.Options{Containers: 1, Recycle: mapper.Recycle{Inputs: 5}}))
			require.NoError(t, err)
			require.Len(t, values, 20)
			for _, v := range values {
				require.LessOrEqual(t, v, 5)
			}
			served := 0
			for line := range strings.Lines(trace(t, dir, "exits")) {
				n, err := strconv.Atoi(strings.TrimSpace(line))
				require.NoError(t, err)
				served += n
			}
			require.Equal(t, 20, served, "each has its exit")
		},
		"exit fails": func(t *testing.T, p Place) {
			body, p := p.stateful(t, "fail at exit")
			values, err := body.Collect(bounded(t), orders(3), p.with(mapper.Options{Containers: 1}))
			require.Equal(t, []int{1, 2, 3}, values)
			require.ErrorAs(t, err, new(*mapper.ExitError))
			require.ErrorIs(t, err, errOwn)
			require.ErrorContains(t, err, "closing the model: ")
		},
		"enter fails": func(t *testing.T, p Place) {
			cutoff := notStarted(t, p, "fail", mapper.Options{})
			require.ErrorIs(t, cutoff, errOwn)
			require.ErrorContains(t, cutoff, "loading the model: "+errOwn.Error())
		},
		"enter panics": func(t *testing.T, p Place) {
			require.Equal(t, "no model", notStarted(t, p, "panic", mapper.Options{}).Last.Panic)
		},
		"enter ends its goroutine": func(t *testing.T, p Place) {
			require.True(t, notStarted(t, p, "goexit", mapper.Options{}).Last.Goexit)
		},
		"enter hangs": func(t *testing.T, p Place) {
			cutoff := notStarted(t, p, "hang", mapper.Options{StartTimeout: someTime, Grace: graceTime})
			require.ErrorIs(t, cutoff, mapper.ErrTimeout)
			e, ok := errors.AsType[*mapper.StartTimeoutError](cutoff)
			require.True(t, ok)
			require.Equal(t, someTime, e.Timeout)
		},
	}.run(t, places)
}

// notStarted is the end of a run whose containers never get ready. No input was begun.
func notStarted(t *testing.T, p Place, told string, opts mapper.Options) *supervisor.CutoffError {
	t.Helper()
	body, p := p.stateful(t, told)
	dir := t.TempDir()
	opts.Crashes = policy.Ephemeral{ColdDebt: 2}
	_, err := body.Collect(bounded(t), []order{{Dir: dir}}, p.with(opts))
	cutoff, ok := errors.AsType[*supervisor.CutoffError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, supervisor.PhaseStart, cutoff.Last.Phase)
	require.Equal(t, supervisor.NoInput, cutoff.Last.Input)
	require.Empty(t, begun(t, dir))
	return cutoff
}
