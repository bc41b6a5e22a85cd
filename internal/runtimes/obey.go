package runtimes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

// order is an input. It says what is to be done with it, since nothing but the input
// travels to a worker.
type order struct {
	N     int
	Do    string // a key of deeds; empty: nothing but the answer
	First int    // it is done in so many first attempts only; zero: in all
	Dir   string // where attempts leave traces, and find signs; empty: nowhere
}

// answer is the value of an order that is carried out.
type answer struct {
	Square    int
	Index     int // what the attempt knows of itself
	Attempt   int
	Container int
	PID       int
}

var _ = process.Register(obey)

// obey is the function of most tests.
func obey(ctx context.Context, o order) (answer, error) {
	a := attemptOf(ctx)
	if o.Dir != "" {
		leave(o.Dir, journal, fmt.Sprintf("%d %d\n", a.Index, a.Attempt))
	}
	if do := deeds[o.Do]; do != nil && (o.First == 0 || a.Attempt <= o.First) {
		if err := do(ctx, o); err != nil {
			return answer{}, err
		}
	}
	return answer{o.N * o.N, a.Index, a.Attempt, a.Container, os.Getpid()}, nil
}

func attemptOf(ctx context.Context) mapper.Attempt {
	a, _ := mapper.AttemptFrom(ctx)
	return a
}

// causes are those with which the mapper ends an attempt's context.
var causes = []error{mapper.ErrTimeout, mapper.ErrStopped, mapper.ErrCancelled, mapper.ErrInterrupted}

var errOwn = errors.New("runtimes: an error of our own")

// refusal is an error with facts.
type refusal struct{ N int }

func (e *refusal) Error() string { return fmt.Sprintf("refused %d", e.N) }

func init() {
	process.RegisterSentinel(errOwn)
	process.RegisterError[*refusal]()
}

// deeds are what an order can ask for. Others are added where they can be done.
var deeds = map[string]func(context.Context, order) error{
	"fail":             func(_ context.Context, o order) error { return fmt.Errorf("order %d: out of luck", o.N) },
	"fail: sentinel":   func(context.Context, order) error { return fmt.Errorf("reading: %w", errOwn) },
	"fail: well known": func(context.Context, order) error { return fmt.Errorf("reading: %w", io.ErrUnexpectedEOF) },
	"fail: typed":      func(_ context.Context, o order) error { return fmt.Errorf("reading: %w", &refusal{o.N}) },
	"fail: joined":     func(_ context.Context, o order) error { return errors.Join(errOwn, &refusal{o.N}) },
	"fail: several": func(_ context.Context, o order) error {
		return policy.Permanent(fmt.Errorf("order %d: %w", o.N, mapper.Errors{errOwn, io.EOF}))
	},
	"fail: context":     func(context.Context, order) error { return context.Canceled },
	"fail: permanently": func(context.Context, order) error { return policy.Permanent(errOwn) },
	"fail: retry at once": func(context.Context, order) error {
		return policy.RetryAfter(errOwn, 0)
	},
	"fail: throttled": func(context.Context, order) error {
		return policy.Throttled(errOwn, time.Millisecond)
	},

	"panic":            func(_ context.Context, o order) error { panic(fmt.Sprintf("order %d: boom", o.N)) },
	"panic with error": func(context.Context, order) error { panic(fmt.Errorf("reading: %w", errOwn)) },
	"nil dereference":  func(_ context.Context, o order) error { return fmt.Errorf("%s", nobody(o.N).Do) },
	"goexit":           func(context.Context, order) error { runtime.Goexit(); return nil },
	"panic once, then fail": func(ctx context.Context, o order) error {
		if attemptOf(ctx).Attempt == 1 {
			panic("boom")
		}
		return fmt.Errorf("order %d: out of luck", o.N)
	},

	// patient goes on until its context ends, and leaves a note of the cause.
	"patient": func(ctx context.Context, o order) error {
		<-ctx.Done()
		cause := context.Cause(ctx)
		leave(o.Dir, "cause", cause.Error())
		for _, known := range causes {
			if errors.Is(cause, known) {
				leave(o.Dir, "known", known.Error())
			}
		}
		return cause
	},
	// patient child looks at the end of a context that descends from its own.
	"patient child": func(ctx context.Context, o order) error {
		child, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		<-child.Done()
		leave(o.Dir, "err", child.Err().Error()+ctx.Err().Error())
		return child.Err()
	},
	// patient to the end has a value all the same.
	"patient to the end": func(ctx context.Context, _ order) error { <-ctx.Done(); return nil },
	// wait waits for a sign, or the end of its context; deaf for a sign alone.
	"wait": func(ctx context.Context, o order) error { return awaitSign(ctx, o.Dir) },
	"deaf": func(_ context.Context, o order) error { return awaitSign(context.Background(), o.Dir) },
}

// nobody is an order that there is not.
func nobody(int) *order { return nil }

// Names in the directory of a test.
const (
	journal = "journal" // a line for each attempt: index, number
	sign    = "sign"    // those who wait for it go on
)

// leave appends to a file, in one piece also where others do so.
func leave(dir, name, text string) {
	if dir == "" {
		return
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		panic(err)
	}
}

// awaitSign polls, since all that two processes share here is a directory.
func awaitSign(ctx context.Context, dir string) error {
	for {
		if _, err := os.Stat(filepath.Join(dir, sign)); err == nil {
			return nil
		}
		if _, err := os.Stat(dir); err != nil {
			return err // the test is over, and the sign was gone before we saw it
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Millisecond):
		}
	}
}

// trace is what was left in a file so far.
func trace(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	return string(text)
}

// begun returns the numbers of the attempts that were begun so far, by index.
func begun(t *testing.T, dir string) map[int][]int {
	t.Helper()
	all := map[int][]int{}
	for line := range strings.Lines(trace(t, dir, journal)) {
		var index, attempt int
		_, err := fmt.Sscan(line, &index, &attempt)
		require.NoError(t, err)
		all[index] = append(all[index], attempt)
	}
	return all
}
