package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// calmPlan is a run of three inputs, of which the second fails once.
func calmPlan() *plan {
	return &plan{
		Alone: true, Body: "plain",
		Opts: mapper.Options{Containers: 2, Retries: policy.Retries{MaxRetries: 1}, Crashes: policy.Ephemeral{ColdDebt: forgiven, Debt: forgiven}},
		Acts: []act{{
			Does: "all", Scripts: []script{nil, {{Does: "error"}}, nil}, Opts: mapper.RunOptions{ReturnExceptions: true},
			Reader: reader{LeaveAt: -1}, Source: source{EndAt: -1},
		}},
	}
}

// A showing is what a checker is shown: the results of calmPlan as they should be, to be spoilt.
type showing struct {
	*plan
	p       *play
	results []mapper.Result[order, answer]
	stats   mapper.Stats
	reason  error
}

func newShowing() *showing {
	s := &showing{plan: calmPlan(), stats: mapper.Stats{Inputs: 3, Taken: 3, Delivered: 3, Succeeded: 3, Retries: 1}}
	s.p = newPlay(s.plan, newTally(), new(atomic.Int64))
	for id, attempts := range []int{1, 2, 1} {
		s.results = append(s.results, mapper.Result[order, answer]{Index: id, Input: order{ID: id}, Value: right(id), Attempts: attempts})
		for range attempts {
			s.p.book.note(id, begun)
		}
		s.p.book.note(id, valued)
	}
	return s
}

func (s *showing) fail(i int, err error) {
	s.results[i].Value, s.results[i].Err = answer{}, err
	s.stats.Succeeded--
	s.stats.Failed++
}

func (s *showing) findings() error {
	v := s.p.newView(0, nil)
	v.loop(slices.Values(s.results))
	v.whole(s.reason)
	v.stats(s.stats)
	s.p.verdict()
	return errors.Join(s.p.problems...)
}

// planted are faults, and what the checker says of them.
var planted = map[string]struct {
	spoil func(*showing)
	want  string
}{
	"settled twice":         {func(s *showing) { s.results[2] = s.results[1] }, "unknown or repeated"},
	"not settled":           {func(s *showing) { s.results = s.results[:2] }, "2 of 3 inputs settled"},
	"unknown index":         {func(s *showing) { s.results[2].Index = 7 }, "unknown or repeated"},
	"another's input":       {func(s *showing) { s.results[2].Input.ID = 0 }, "unknown or repeated"},
	"out of order":          {func(s *showing) { s.results[0], s.results[1] = s.results[1], s.results[0] }, "in an ordered run"},
	"wrong value":           {func(s *showing) { s.results[0].Value = right(2) }, "has the value"},
	"a value from nowhere":  {func(s *showing) { *s.p.book.cell(0, valued) = 0 }, "that no attempt has returned"},
	"an error from nowhere": {func(s *showing) { s.fail(0, errOwn) }, "without a reason"},
	"an innocent crash":     {func(s *showing) { s.fail(0, &supervisor.CrashError{Panic: "boom"}) }, "without a reason"},
	"a timeout of none":     {func(s *showing) { s.fail(0, &mapper.TimeoutError{}) }, "without a reason"},
	"cancelled by nobody":   {func(s *showing) { s.fail(0, errCancelled) }, "without a reason"},
	"stopped by nobody":     {func(s *showing) { s.fail(0, mapper.ErrStopped) }, "without a reason"},
	"cut off for nothing":   {func(s *showing) { s.fail(0, &supervisor.CutoffError{Last: &supervisor.CrashError{}}) }, "without a reason"},
	"interrupted for good":  {func(s *showing) { s.fail(0, mapper.ErrInterrupted) }, "without a reason"},
	"too many attempts":     {func(s *showing) { s.p.book.note(0, begun) }, "has 1 attempts, and 2 were begun"},
	"begun after the end":   {func(s *showing) { s.p.book.note(2, begun) }, "was begun 2 times, its result says 1"},
	"no retry": {func(s *showing) {
		*s.p.book.cell(1, begun) = 1
		s.results[1].Attempts = 1
	}, "asks for 2"},
	"begun again": {func(s *showing) { s.Opts.AtMostOnce = true }, "was begun 2 times under AtMostOnce"},
	"two failures that end": {func(s *showing) {
		s.Acts[0].Opts.ReturnExceptions = false
		s.fail(0, errOwn)
		s.fail(2, errOwn)
	}, "2 failures in a run that ends at the first"},
	"dropped in silence": {func(s *showing) {
		s.Acts[0].Does, s.Acts[0].CancelIn = "map", ms
		s.results = s.results[:2]
	}, "2 results for 3 inputs"},
	"dropped":               {func(s *showing) { s.reason = mapper.ErrUnread }, "results dropped"},
	"an end without reason": {func(s *showing) { s.reason = errOwn }, "ended without a reason"},
	"stats: succeeded":      {func(s *showing) { s.stats.Succeeded = 2 }, "Stats says"},
	"stats: delivered":      {func(s *showing) { s.stats.Delivered = 2 }, "Stats says"},
	"stats: retries":        {func(s *showing) { s.stats.Retries = 0 }, "Stats says"},
	"stats: running":        {func(s *showing) { s.stats.Running = 1 }, "execute inputs"},
	"too many at once":      {func(s *showing) { s.p.executing.most.Store(3) }, "3 attempts at the same time in 2 containers"},
	"too many of a key": {func(s *showing) {
		s.p.Flow = flow{Keys: 1, Limit: mapper.KeyLimit{Concurrency: 1}}
		s.p.flowing.pass(s.p.Flow, 0)
		s.p.flowing.pass(s.p.Flow, 1)
	}, "2 attempts of a key"},
	"too heavy": {func(s *showing) {
		s.p.Flow, s.p.Opts.Capacity = flow{Heavy: 10}, 10
		s.p.flowing.pass(s.p.Flow, 8)
		s.p.flowing.pass(s.p.Flow, 1)
	}, "11 of a capacity of 10"},
	"more containers than its run may have": {func(s *showing) {
		s.p.Alone, s.p.EndBy = false, "stop"
		s.p.Acts[0].Opts.Containers = 1
		s.p.of[0].most.Store(2)
	}, "in a run with 1 containers"},
	"no exit": {func(s *showing) { s.p.states = append(s.p.states, &state{}) }, "exited 0 times"},
	"two exits": {func(s *showing) {
		st := &state{}
		s.p.states = append(s.p.states, st)
		_, _ = s.p.exit(context.Background(), st), s.p.exit(context.Background(), st)
	}, "exited again"},
	"exit in use": {func(s *showing) {
		st := &state{}
		s.p.use(st)
		_ = s.p.exit(context.Background(), st)
	}, "exited in use"},
	"use after exit": {func(s *showing) {
		st := &state{}
		st.exits.Store(1)
		s.p.use(st)
	}, "used after its exit"},
	"use by two": {func(s *showing) {
		st := &state{}
		s.p.use(st)
		s.p.use(st)
	}, "more than MaxInputs"},
}

// TestPlantedFaultsAreFound is about the checker: one that cannot fail checks nothing.
func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	require.NoError(t, newShowing().findings(), "nothing planted")
	for name, fault := range planted {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShowing()
			fault.spoil(s)
			require.ErrorContains(t, s.findings(), fault.want)
		})
	}
}

func TestPlantedFaultsOfCollect(t *testing.T) {
	t.Parallel()
	values := []answer{right(0), right(1), right(2)}
	twice := &mapper.FailuresError{Failures: []mapper.InputError{{Index: 0, Err: errOwn}, {Index: 0, Err: errOwn}}}
	for name, c := range map[string]struct {
		collected
		want string
	}{
		"right":          {collected{values, nil}, ""},
		"right, no Each": {collected{nil, nil}, ""},
		"too few":        {collected{values[:2], nil}, "2 values"},
		"a hole":         {collected{[]answer{right(0), {}, right(2)}, nil}, "input 1 has the value"},
		"twice":          {collected{values, twice}, "failed twice"},
		"for no reason":  {collected{values, errOwn}, "failed without a reason"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newShowing().p
			p.collected(0, c.collected)
			err := errors.Join(p.problems...)
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}

func TestPlantedFaultsOfStreams(t *testing.T) {
	t.Parallel()
	p := newShowing().p
	p.streamed(map[int]int{0: 0, 1: 1, 2: 2}, nil)
	require.Empty(t, p.problems)
	p.streamed(map[int]int{0: 0, 1: 1, 2: 1}, nil)
	require.ErrorContains(t, errors.Join(p.problems...), "input 2 has 1 outputs of 2 and no failure")
}

// TestPlantedFaultsOfFunctions is about a function of one act with three calls.
func TestPlantedFaultsOfFunctions(t *testing.T) {
	t.Parallel()
	good := []outcome{{right(0), nil}, {right(1), nil}, {right(2), nil}}
	values := []answer{right(0), right(1), right(2)}
	for name, c := range map[string]struct {
		plant func(*play)
		want  string
	}{
		"calm": {func(p *play) {
			p.stopped(nil)
			p.after(mapper.ErrStopped, mapper.FunctionStats{Succeeded: 3})
			p.gathered(0, values, nil, good)
			p.stays(1, outcome{err: errOwn}, outcome{err: errOwn})
		}, ""},
		"stopped for no reason": {func(p *play) { p.stopped(errOwn) }, "Stop: "},
		"not drained in time":   {func(p *play) { p.stopped(context.DeadlineExceeded) }, "Stop: "},
		"lives on":              {func(p *play) { p.after(nil, mapper.FunctionStats{Succeeded: 3}) }, "a call after the end"},
		"calls left":            {func(p *play) { p.after(mapper.ErrStopped, mapper.FunctionStats{Succeeded: 3, Calls: 1}) }, "something is left"},
		"values uncounted":      {func(p *play) { p.after(mapper.ErrStopped, mapper.FunctionStats{Succeeded: 2}) }, "3 calls had values"},
		"settled again":         {func(p *play) { p.stays(1, good[1], outcome{err: errOwn}) }, "input 1 settled as"},
		"gathered too few":      {func(p *play) { p.gathered(0, values[:2], nil, good) }, "2 values"},
		"gathered another's":    {func(p *play) { p.gathered(0, []answer{right(1), right(1), right(2)}, nil, good) }, "of call 0"},
		"gathered a failure":    {func(p *play) { p.gathered(0, values, &mapper.InputError{Index: 1, Err: errOwn}, good) }, "call 1 failed by"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newShowing().p
			p.values = 3
			c.plant(p)
			err := errors.Join(p.problems...)
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}
