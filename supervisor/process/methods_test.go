//go:build unix

package process_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

var (
	_ = process.Register(pass)
	_ = process.Register(failWith)
	_ = process.Register(panicWith)
)

// A moody value has methods that do something else, in the process that it says.
type moody struct{ What, Where string }

var (
	blocked  = make(chan struct{}, 1) // something does, in this process
	released = make(chan struct{})    // ends that
)

func (m moody) act(method string) error {
	where := "parent"
	if os.Getenv("LONGSHORE_FAMILY") != "" {
		where = "worker"
	}
	if m.Where != where+" "+method {
		return nil
	}
	switch m.What {
	case "blocks":
		begun()
		blocked <- struct{}{}
		<-released
	case "ends the goroutine":
		runtime.Goexit()
	case "panics":
		panic("no mood")
	}
	return errors.New(m.What)
}

func (m moody) MarshalBinary() ([]byte, error) {
	return []byte(m.What + "/" + m.Where), m.act("encodes")
}

func (m *moody) UnmarshalBinary(b []byte) error {
	for i, c := range b {
		if c == '/' {
			m.What, m.Where = string(b[:i]), string(b[i+1:])
		}
	}
	return m.act("decodes")
}

func pass(_ context.Context, m moody) (moody, error) { return m, nil }

// Whatever a method of a value does in the parent, it is an error of that input.
func TestMethodsOfValues(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"parent encodes", "parent decodes"} {
		for _, what := range []string{"fails", "panics", "ends the goroutine"} {
			inst := open(t, process.Options{}, pass)
			bad := moody{what, where}
			for range 2 {
				var errs []error
				err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{moody{"a", "b"}, bad, bad, moody{"c", "d"}}}, func(i int, v any, err error) {
					if errs = append(errs, err); err == nil {
						require.Equal(t, []moody{{"a", "b"}, {}, {}, {"c", "d"}}[i], v)
					}
				})
				require.NoError(t, err)
				require.Len(t, errs, 4)
				failed := 0
				for _, err := range errs {
					if err != nil {
						failed++
						require.ErrorContains(t, err, "cannot cross")
						require.ErrorContains(t, err, map[string]string{"fails": "fails", "panics": "no mood", "ends the goroutine": "Goexit"}[what])
						require.True(t, policy.IsPermanent(err))
					}
				}
				require.Equal(t, 2, failed)
			}
			require.NoError(t, inst.Close(t.Context()))
		}
	}
}

// A method that does not return is part of the attempt: it ends with it, its input is to blame, and the container is gone.
func TestMethodsThatBlock(t *testing.T) {
	for _, where := range []string{"parent encodes", "parent decodes", "worker encodes", "worker decodes"} {
		begun, before := make(chan struct{}), make(chan struct{})
		inst := open(t, process.Options{Log: func(l process.Line) {
			if l.Text == "begun" {
				close(begun)
			}
		}}, pass)
		var told []int
		closed := make(chan error, 1)
		go func() {
			select {
			case <-blocked:
			case <-begun:
				<-before // a worker tells what was finished before, whatever blocks now
			}
			closed <- inst.Close(ended(context.DeadlineExceeded))
		}()
		inputs := []any{moody{"a", "b"}, moody{"c", "d"}, moody{"blocks", where}, moody{"e", "f"}}
		err := inst.Run(t.Context(), supervisor.Chunk{Inputs: inputs}, func(i int, _ any, err error) {
			require.NoError(t, err)
			if told = append(told, i); len(told) == 2 {
				close(before)
			}
		})
		crash, ok := err.(*supervisor.CrashError)
		require.True(t, ok, "%s: %v", where, err)
		require.Equal(t, process.KindTimeout, crash.Kind)
		require.Equal(t, 2, crash.Input, where)
		require.Error(t, <-closed)
		if where != "parent encodes" { // of which nothing was sent
			require.Equal(t, []int{0, 1}, told, where)
		}
		err = inst.Run(t.Context(), supervisor.Chunk{Inputs: inputs}, func(int, any, error) { t.Error("told after the end") })
		require.Error(t, err)
		if strings.HasPrefix(where, "parent") {
			released <- struct{}{}
		}
	}
}

// gone is an error whose methods end the goroutine that calls them.
type gone struct{}

func (gone) Error() string  { runtime.Goexit(); return "" }
func (gone) String() string { runtime.Goexit(); return "" }

func failWith(_ context.Context, bad bool) (int, error) {
	if bad {
		return 0, gone{}
	}
	return 1, nil
}

type unspeakable struct{ gone gone }

func (u unspeakable) String() string { return u.gone.String() }

func panicWith(_ context.Context, bad bool) (int, error) {
	if bad {
		panic(unspeakable{})
	}
	return 1, nil
}

// In the worker such methods are told as what they do: an error is one of its input, and of a panic
// what was finished before is kept.
func TestMethodsInTheWorker(t *testing.T) {
	t.Parallel()
	inputs := []any{false, false, true, false}
	var told []error
	err := open(t, process.Options{}, failWith).Run(t.Context(), supervisor.Chunk{Inputs: inputs}, func(_ int, _ any, err error) {
		told = append(told, err)
	})
	require.NoError(t, err)
	require.Len(t, told, 4)
	require.EqualError(t, told[2], "(process_test.gone) Error called runtime.Goexit")
	require.Equal(t, []error{nil, nil, nil}, append(told[:2:2], told[3]))

	var values []any
	err = open(t, process.Options{}, panicWith).Run(t.Context(), supervisor.Chunk{Inputs: inputs}, func(_ int, v any, err error) {
		require.NoError(t, err)
		values = append(values, v)
	})
	crash, ok := err.(*supervisor.CrashError)
	require.True(t, ok, "%v", err)
	require.Equal(t, 2, crash.Input)
	require.Equal(t, "(process_test.unspeakable) String called runtime.Goexit", crash.Panic)
	require.Equal(t, []any{1, 1}, values)
}
