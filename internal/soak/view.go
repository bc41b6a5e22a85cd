package main

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// A view is what the reader of one run sees.
type view struct {
	p      *play
	i      int // act
	a      *act
	cancel context.CancelCauseFunc
	handle *mapper.Run[order, answer] // nil for a bare channel

	n, last, failures, attempts int
	seen                        map[int]bool
	left                        bool // before the end
}

func (p *play) newView(i int, cancel context.CancelCauseFunc) *view {
	return &view{p: p, i: i, a: &p.Acts[i], cancel: cancel, last: -1, seen: map[int]bool{}}
}

// run reads a run by its handle, in the way that the act says.
func (v *view) run(run *mapper.Run[order, answer], err error) {
	if err != nil {
		v.p.failed(v.i, err)
		return
	}
	v.handle = run
	if v.a.Does == "results" {
		v.channel(run.Results())
	} else {
		v.loop(run.All())
	}
	err = run.Wait()
	if !v.left {
		v.whole(err)
		v.stats(run.Stats())
	}
}

// channel reads a channel. Who leaves it ends the context, as the doc of a channel asks.
func (v *view) channel(results <-chan mapper.Result[order, answer]) {
	v.loop(func(yield func(mapper.Result[order, answer]) bool) {
		for r := range results {
			if !yield(r) {
				break
			}
		}
	})
	if v.left {
		v.cancel(errCancelled)
	} else if v.handle == nil {
		v.whole(nil)
	}
}

var errLeft = errors.New("soak: the reader has left by a panic")

// loop reads results, until there are no more or the reader leaves.
func (v *view) loop(results iter.Seq[mapper.Result[order, answer]]) {
	defer func() {
		if r := recover(); r != nil && r != errLeft {
			panic(r)
		}
	}()
	for r := range results {
		v.result(r)
		v.pause()
		if v.leaves() {
			v.left = true
			break
		}
	}
}

func (v *view) pause() {
	if r := v.a.Reader; r.Every > 0 && v.n%r.Every == 0 {
		time.Sleep(r.Pause)
	}
}

// leaves does what the reader does after so many results, and reports that it reads on no more.
func (v *view) leaves() bool {
	r := v.a.Reader
	if r.LeaveAt != v.n {
		return false
	}
	v.p.tally.add("reader leaves: " + r.LeaveBy)
	switch {
	case r.LeaveBy == "cancel":
		v.cancel(errCancelled)
		return false
	case r.LeaveBy == "stop" && v.handle != nil:
		v.handle.Stop()
		return false
	case r.LeaveBy == "panic":
		v.left = true
		panic(errLeft)
	}
	return true
}
