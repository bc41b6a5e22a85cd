package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// caseFunc is the function of a run over inputs from JSON.
type caseFunc = func(context.Context, any) (any, error)

// caseSquare is what most cases map.
func caseSquare(_ context.Context, v any) (any, error) { return v.(float64) * v.(float64), nil }

// build makes the function. The counter of calls belongs to the run.
func (f caseFn) build(t *testing.T, calls *callCounter) caseFunc {
	t.Helper()
	inner := f.inner(t, calls)
	return func(ctx context.Context, in any) (any, error) {
		calls.add()
		return inner(ctx, in)
	}
}

func (f caseFn) inner(t *testing.T, calls *callCounter) caseFunc {
	t.Helper()
	switch f.Kind {
	case "square":
		return caseSquare
	case "sum_of_squares":
		return func(_ context.Context, in any) (any, error) {
			sum := 0.0
			for _, v := range in.([]any) {
				sum += v.(float64) * v.(float64)
			}
			return sum, nil
		}
	case "tuple":
		return func(_ context.Context, in any) (any, error) { return in, nil }
	case "even_or_nil":
		return func(_ context.Context, in any) (any, error) {
			if int(in.(float64))%2 == 0 {
				return in, nil
			}
			return nil, nil
		}
	case "fail_if_equals":
		require.Equal(t, "square", f.Else)
		return func(ctx context.Context, in any) (any, error) {
			if in == f.Value {
				return nil, errors.New(f.Error)
			}
			return caseSquare(ctx, in)
		}
	case "fail_until_call":
		require.Equal(t, []string{"shared_counter", "CallCountError(counter)", "counter"}, []string{f.Scope, f.Error, f.Returns})
		return func(_ context.Context, in any) (any, error) {
			n, counter := f.N, calls.next()
			if n == "$input" {
				n = in
			}
			if float64(counter) < n.(float64) {
				return nil, fmt.Errorf("CallCountError(%d)", counter)
			}
			return float64(counter), nil
		}
	case "always_fail":
		return func(context.Context, any) (any, error) { return nil, errors.New(f.Error) }
	case "return":
		return func(context.Context, any) (any, error) { return f.Value, nil }
	case "sleep_ms":
		return func(ctx context.Context, in any) (any, error) { return in, during(ctx, caseMS(f.MS)) }
	case "sleep_ms_times_index_plus_1":
		return func(ctx context.Context, in any) (any, error) {
			a, _ := mapper.AttemptFrom(ctx)
			return in, during(ctx, caseMS(f.MS)*time.Duration(a.Index+1))
		}
	case "script_by_index":
		return func(ctx context.Context, _ any) (any, error) {
			a, _ := mapper.AttemptFrom(ctx)
			script := f.script(a.Index)
			return script[min(a.Attempt, len(script))-1].attempt(ctx)
		}
	}
	require.Failf(t, "unknown function", "kind %q", f.Kind)
	return nil
}

// tally is a list that attempts append to and tests look at.
type tally[T any] struct {
	mu   sync.Mutex
	list []T
}

func (l *tally[T]) add(v T) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, v)
	return len(l.list)
}

func (l *tally[T]) all() []T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// barrier is a channel that blocks until it is opened, at the latest at the end of the test: what has blocked on it
// must not outlive its bubble.
func barrier(t *testing.T) (wait <-chan struct{}, open func()) {
	ch := make(chan struct{})
	open = sync.OnceFunc(func() { close(ch) })
	t.Cleanup(open)
	return ch, open
}

// callCounter counts the calls of a function, and is the shared counter that some functions count on.
type callCounter struct {
	mu             sync.Mutex
	calls, counter int
}

func (c *callCounter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
}

func (c *callCounter) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counter++
	return c.counter
}

// caseAttempt is an attempt as it was seen from inside the function.
type caseAttempt struct {
	begin, end time.Duration
	how        string // value, error, crash, cancelled
}

// caseTrace is every attempt of a run.
type caseTrace struct {
	epoch time.Time
	mu    sync.Mutex
	by    map[int][]*caseAttempt // input
	wrong []string
}

func newCaseTrace() *caseTrace {
	return &caseTrace{epoch: time.Now(), by: map[int][]*caseAttempt{}}
}

func (tr *caseTrace) now() time.Duration { return time.Since(tr.epoch) }

// watch is fn with its attempts noted down.
func (tr *caseTrace) watch(fn caseFunc) caseFunc {
	return func(ctx context.Context, in any) (out any, err error) {
		asked, ok := mapper.AttemptFrom(ctx)
		a := &caseAttempt{begin: tr.now(), how: "crash"}
		tr.mu.Lock()
		tr.by[asked.Index] = append(tr.by[asked.Index], a)
		if n := len(tr.by[asked.Index]); !ok || asked.Attempt != n {
			tr.wrong = append(tr.wrong, fmt.Sprintf("attempt %d of input %d is said to be %+v", n, asked.Index, asked))
		}
		tr.mu.Unlock()
		defer func() {
			tr.mu.Lock()
			a.end = tr.now()
			tr.mu.Unlock()
		}()
		out, err = fn(ctx, in)
		switch {
		case err == nil:
			a.how = "value"
		case ctx.Err() != nil && !errors.Is(context.Cause(ctx), mapper.ErrTimeout):
			a.how = "cancelled"
		default:
			a.how = "error"
		}
		return out, err
	}
}

// attempts and retries of the whole run: a retry is what follows an error.
func (tr *caseTrace) attempts() (n, retries int) {
	for _, list := range tr.by {
		n += len(list)
		for _, a := range list[:max(len(list)-1, 0)] {
			if a.how == "error" {
				retries++
			}
		}
	}
	return n, retries
}

// last is when the last attempt ended.
func (tr *caseTrace) last() (end time.Duration) {
	for _, list := range tr.by {
		for _, a := range list {
			end = max(end, a.end)
		}
	}
	return end
}

// requireExact checks that each retry began exactly the policy's delay after the failure before it, which no crash
// in between counts towards, and that a re-run waited for no more than a restart.
func (tr *caseTrace) requireExact(t *testing.T, p casePolicy) {
	t.Helper()
	require.Empty(t, tr.wrong)
	for i, list := range tr.by {
		failures := 0
		for n := 1; n < len(list); n++ {
			wait := list[n].begin - list[n-1].end
			switch list[n-1].how {
			case "error":
				failures++
				require.Equal(t, p.ours().Delay(failures), wait, "retry %d of input %d", failures, i)
			case "crash":
				require.LessOrEqual(t, wait, 30*time.Second, "attempt %d of input %d", n+1, i) // on a deployed function
			default:
				require.Failf(t, "begun again", "input %d after %s", i, list[n-1].how)
			}
		}
	}
}
