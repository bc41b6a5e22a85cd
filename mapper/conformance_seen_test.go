package mapper_test

import (
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// caseSeen is what a consumer saw of a run.
type caseSeen struct {
	breakAfter int
	looks      int // 0: nobody polled
	calls      *callCounter
	trace      *caseTrace
	run        *mapper.Run[any, any] // nil for a channel
	closed     bool                  // the iterator of the inputs

	values []any // in the order they came; failures among them with ReturnExceptions
	errs   []caseResult
	failed time.Duration // when the last failure came
	ended  time.Duration // when the loop did
}

func (s *caseSeen) read(results iter.Seq[caseResult]) {
	n := 0
	for r := range results {
		if r.Err != nil {
			s.errs = append(s.errs, r)
			s.failed = s.trace.now()
			s.values = append(s.values, r.Err)
		} else {
			s.values = append(s.values, r.Value)
		}
		if n++; n == s.breakAfter {
			break
		}
	}
	s.ended = s.trace.now()
}

// check compares with everything the case says, and with what holds for every run.
func (s *caseSeen) check(t *testing.T, setup caseSetup, want caseWant) {
	t.Helper()
	s.trace.requireExact(t, setup.Policy)
	attempts, retries := s.trace.attempts()
	require.LessOrEqual(t, s.trace.last(), s.ended, "nothing runs on after the end")
	s.checkValues(t, setup, want)
	s.checkError(t, setup, want)
	if want.Calls != nil {
		require.Equal(t, *want.Calls, s.calls.calls, "calls of the function")
	}
	if want.Attempts != nil {
		require.Equal(t, *want.Attempts, attempts, "attempts")
	}
	if want.RetriesSent != nil {
		require.Equal(t, *want.RetriesSent, retries, "retries")
	}
	switch {
	case want.Polls != nil && s.looks > 0:
		require.Equal(t, *want.Polls, s.looks, "looks for the result")
	case want.Polls != nil:
		require.Equal(t, *want.Polls, attempts, "attempts, of which each one's outcome is polled once")
	}
	if want.IteratorsClosed {
		require.True(t, s.closed)
	}
	if want.CancelInFlight {
		s.checkCancelled(t)
	}
	if want.FirstDelayMin > 0 {
		first := s.trace.by[0]
		require.GreaterOrEqual(t, first[1].begin-first[0].end, caseMS(want.FirstDelayMin))
		for i, ms := range want.LaterDelay {
			require.Equal(t, caseMS(ms), first[i+2].begin-first[i+1].end)
		}
	}
	if s.run != nil {
		stats := s.run.Stats()
		require.Equal(t, retries, stats.Retries)
		require.Equal(t, attempts-retries-len(s.trace.by), stats.Reruns)
		require.Zero(t, stats.Running+stats.Retrying+stats.Pool.Live+stats.Pool.Lingering)
	}
}

func (s *caseSeen) checkValues(t *testing.T, setup caseSetup, want caseWant) {
	t.Helper()
	values := s.values
	if !setup.ReturnExceptions && len(s.errs) > 0 {
		values = values[:len(values)-1] // the failure, which is the last
	}
	switch {
	case want.Value != nil:
		require.Equal(t, []any{want.Value}, values)
	case want.YieldsSet != nil:
		require.ElementsMatch(t, want.YieldsSet, values)
	case want.Yields != nil:
		require.Len(t, values, len(*want.Yields))
		for i, y := range *want.Yields {
			if failure, ok := y.(map[string]any); ok {
				message, _ := failure["message"].(string)
				err, _ := values[i].(error)
				requireCaseError(t, failure["error"].(string), message, err)
				continue
			}
			require.Equal(t, y, values[i], "result %d", i)
		}
	}
}

func (s *caseSeen) checkError(t *testing.T, setup caseSetup, want caseWant) {
	t.Helper()
	if want.Error == "" {
		if !setup.ReturnExceptions && s.breakAfter == 0 && (setup.Fn == nil || setup.Fn.Kind != "always_fail") {
			require.Empty(t, s.errs)
			if s.run != nil {
				require.NoError(t, s.run.Wait())
			}
		}
		return
	}
	require.Len(t, s.errs, 1)
	last := s.errs[0]
	requireCaseError(t, want.Error, want.MessageContains, last.Err)
	if want.ErrorAtMS != nil {
		require.GreaterOrEqual(t, s.failed, caseMS(want.ErrorAtMS[0]))
		require.LessOrEqual(t, s.failed, caseMS(want.ErrorAtMS[1]))
	}
	if list := s.trace.by[last.Index]; len(list) > 0 {
		require.Equal(t, list[len(list)-1].end, s.failed, "it is delivered when it happens")
	}
	require.Equal(t, len(s.trace.by[last.Index]), last.Attempts)
	if s.run == nil {
		return
	}
	err := s.run.Wait()
	require.ErrorIs(t, err, last.Err)
	var input *mapper.InputError
	if errors.As(err, &input) {
		require.Equal(t, mapper.InputError{Index: last.Index, Attempts: last.Attempts, Err: last.Err}, *input)
	}
}

// checkCancelled: all that ran when the consumer left was cancelled there and then.
func (s *caseSeen) checkCancelled(t *testing.T) {
	t.Helper()
	cancelled := 0
	for _, list := range s.trace.by {
		if a := list[len(list)-1]; a.how == "cancelled" {
			cancelled++
			require.Equal(t, s.ended, a.end)
		}
	}
	require.Positive(t, cancelled)
}
