package hostile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"unsafe"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// zeros are 100 MB. Nobody writes to them, so that they take no memory before they are read.
var zeros [100 << 20]byte

func huge() string { return unsafe.String(&zeros[0], len(zeros)) }

// deep calls itself as often as a stack bears, and then that.
func deep(n int, then func()) int {
	if n == 0 {
		then()
		return 0
	}
	return deep(n-1, then) + 1
}

const depth = 100_000

// The types of this file cannot be compared, or change.
type (
	list    []error
	table   map[string]int
	closure func() string
	pair    struct{ a, b any }
	counter struct{ n *atomic.Int64 }
)

func (l list) Error() string    { return fmt.Sprintf("%d errors", len(l)) }
func (l list) Unwrap() []error  { return l }
func (t table) Error() string   { return fmt.Sprintf("%d rows", len(t)) }
func (c closure) Error() string { return c() }
func (pair) Error() string      { return "a pair" }
func (c counter) Error() string { return "error " + strconv.FormatInt(c.n.Add(1), 10) }

// odd are errors that are no better for their methods.
func odd() map[string]error {
	itself, ring, endless := &unwraps{}, &unwraps{}, &unwraps{}
	itself.unwrap = func() error { return itself }
	ring.unwrap = func() error { return fmt.Errorf("round: %w", ring) }
	endless.unwrap = func() error { return &unwraps{unwrap: endless.unwrap} }
	twice, angry := &unwrapsAll{}, &says{}
	twice.unwrap = func() []error { return []error{twice, twice} }
	angry.text = func() string { panic(angry) }
	cycle := list{nil}
	cycle[0] = cycle
	wide := error(fs.ErrClosed)
	for range 64 {
		wide = errors.Join(wide, wide)
	}
	return map[string]error{
		"Error recurses":           &says{func() string { return strconv.Itoa(deep(depth, func() {})) }},
		"Error panics with itself": angry,
		"Error says 100 MB":        &says{huge},
		"Error says nothing":       &says{func() string { return "" }},
		"Error changes":            counter{new(atomic.Int64)},
		"Is says yes":              &is{is: func(error) bool { return true }},
		"As says yes":              &as{as: func(any) bool { return true }},
		"unwraps itself":           itself,
		"unwraps in a ring":        ring,
		"unwraps without end":      endless,
		"unwraps itself twice":     twice,
		"unwraps very many":        &unwrapsAll{unwrap: func() []error { return slices.Repeat([]error{fs.ErrClosed}, 100_000) }},
		"unwraps nils":             &unwrapsAll{unwrap: func() []error { return []error{nil, nil} }},
		"2^64 errors":              wide,
		"a list":                   list{fs.ErrClosed, nil},
		"a list within itself":     cycle,
		"a nil map":                table(nil),
		"a closure":                closure(func() string { return "a closure" }),
		"a pair of lists":          pair{[]int{1}, list(nil)},
		"wrapped list":             fmt.Errorf("wrapped: %w", list{}),
		"Permanent of a list":      policy.Permanent(list{fs.ErrClosed}),
		"RetryAfter of a nil":      policy.RetryAfter((*fs.PathError)(nil), 0),
	}
}

// nils are errors without anything behind them.
func nils() map[string]error {
	return map[string]error{
		"nil PathError":         (*fs.PathError)(nil),
		"nil OpError":           (*net.OpError)(nil),
		"nil exec.ExitError":    (*exec.ExitError)(nil),
		"nil InvalidError":      (*policy.InvalidError)(nil),
		"nil CrashError":        (*supervisor.CrashError)(nil),
		"nil CutoffError":       (*supervisor.CutoffError)(nil),
		"nil TimeoutError":      (*mapper.TimeoutError)(nil),
		"nil InputError":        (*mapper.InputError)(nil),
		"nil FailuresError":     (*mapper.FailuresError)(nil),
		"zero PathError":        &fs.PathError{},
		"zero url.Error":        &url.Error{},
		"zero CrashError":       &supervisor.CrashError{},
		"zero CutoffError":      &supervisor.CutoffError{},
		"zero TimeoutError":     &mapper.TimeoutError{},
		"zero StartTimeout":     &mapper.StartTimeoutError{},
		"zero ExitError":        &mapper.ExitError{},
		"zero InputError":       &mapper.InputError{},
		"zero FailuresError":    &mapper.FailuresError{Failures: make([]mapper.InputError, 3)},
		"zero SourceError":      &mapper.SourceError{},
		"zero LengthError":      &mapper.LengthError{},
		"wrapped nil PathError": fmt.Errorf("opening: %w", (*fs.PathError)(nil)),
		"joined nil PathError":  errors.Join((*fs.PathError)(nil), fs.ErrClosed),
	}
}

// foreign are errors that mean something where they come from, which is something nested.
func foreign() map[string]error {
	crash := &supervisor.CrashError{Phase: supervisor.PhaseStart, Err: supervisor.ErrFatalStart}
	all := map[string]error{
		"fatal crash nested":  fmt.Errorf("nested: %w", crash),
		"fatal cutoff nested": &supervisor.CutoffError{Rule: policy.RuleFatal, Last: crash},
	}
	for _, err := range []error{
		supervisor.ErrFatalStart, supervisor.ErrCutoff, supervisor.ErrLost, mapper.ErrTimeout, mapper.ErrStopped,
		mapper.ErrCancelled, mapper.ErrInterrupted, mapper.ErrPending, mapper.ErrQueueFull, mapper.ErrUnread,
		context.Canceled, context.DeadlineExceeded,
	} {
		all["nested: "+err.Error()] = fmt.Errorf("nested: %w", err)
	}
	return all
}
