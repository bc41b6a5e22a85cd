package mapper_test

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestStreamEndsEachInputOnce is the invariant of Stream: whatever functions, iterator and
// reader do, the outputs of each input are a prefix of what it has to say, in order; each
// input is begun at most once and ends exactly once, with the end that the rules demand;
// the order is kept, the limits are, and nothing is left behind.
func TestStreamEndsEachInputOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := drawReading(rt)
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = p.play(t.Context()) })
		if problem != nil {
			rt.Fatalf("%v\nin %+v", problem, p)
		}
	})
}

// reading is a range over a Stream with everything that can happen in it decided in advance.
type reading struct {
	Opts     mapper.Options
	Inputs   int
	Seed     uint64
	Faults   int // per mille of the inputs
	Most     int // outputs of an input
	Nap      time.Duration
	Pause    time.Duration // of the reader after each 100 outputs
	LeaveAt  int           // outputs after which the reader leaves; -1: never
	LeaveBy  string
	CancelAt time.Duration // 0: never
	SourceAt int           // the input before which the iterator panics; -1: never

	begun   []atomic.Int32
	pulled  atomic.Int64
	running atomic.Int64
	got     []int // outputs of each input
	ended   []bool
	seen    int
	last    mapper.Output[int, int]
	problem error
}

var errReading = errors.New("the function's own error")

func drawReading(rt *rapid.T) *reading {
	p := &reading{
		Opts: mapper.Options{
			Containers:       rapid.SampledFrom([]int{1, 1, 2, 3, 8, 64}).Draw(rt, "containers"),
			ReturnExceptions: rapid.IntRange(0, 3).Draw(rt, "returnExceptions") > 0,
			Unordered:        rapid.Bool().Draw(rt, "unordered"),
			Outstanding:      rapid.SampledFrom([]int{0, 0, 1, 2, 7, 40, 100}).Draw(rt, "outstanding"),
			Timeout:          rapid.SampledFrom([]time.Duration{0, 0, 20 * time.Millisecond}).Draw(rt, "timeout"),
			Grace:            50 * time.Millisecond,
			Crashes:          forgiving,
		},
		Inputs:   rapid.SampledFrom([]int{0, 1, 2, 10, 100, 100, 300, 1000, 10_000}).Draw(rt, "inputs"),
		Seed:     rapid.Uint64().Draw(rt, "seed"),
		Faults:   rapid.SampledFrom([]int{0, 10, 100, 500, 1000}).Draw(rt, "faults"),
		Most:     rapid.SampledFrom([]int{1, 5, 20, 50}).Draw(rt, "most"),
		Nap:      rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond}).Draw(rt, "nap"),
		Pause:    rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, time.Second}).Draw(rt, "pause"),
		LeaveAt:  -1,
		SourceAt: -1,
	}
	if rapid.IntRange(0, 3).Draw(rt, "deployed") == 0 {
		p.Opts.Crashes = policy.Deployed{}
		p.Inputs = min(p.Inputs, 300)
	}
	if p.Inputs > 1000 {
		p.Most = min(p.Most, 5)
	}
	switch rapid.SampledFrom([]string{"", "", "", "leave", "cancel", "source"}).Draw(rt, "end") {
	case "leave":
		p.LeaveAt = rapid.IntRange(1, 60).Draw(rt, "leaveAt")
		p.LeaveBy = rapid.SampledFrom([]string{"break", "panic", "goexit"}).Draw(rt, "leaveBy")
	case "cancel":
		p.CancelAt = time.Duration(rapid.IntRange(1, 100).Draw(rt, "cancelAt")) * time.Millisecond / 3
	case "source":
		p.SourceAt = rapid.IntRange(0, p.Inputs).Draw(rt, "sourceAt")
	}
	return p
}

// script is what an input has to say, and how it ends then.
func (p *reading) script(i int) (outputs int, does string, nap time.Duration) {
	r := rand.New(rand.NewPCG(p.Seed, uint64(i)))
	outputs = r.IntN(p.Most + 1)
	if r.IntN(1000) < p.Faults {
		faults := []string{"error", "panic", "goexit", "panic at once"}
		if p.Opts.Timeout > 0 {
			faults = append(faults, "obey", "ignore")
		}
		does = faults[r.IntN(len(faults))]
	}
	if r.IntN(10) == 0 {
		nap = p.Nap
	}
	return outputs, does, nap
}

func (p *reading) fn(ctx context.Context, i int) iter.Seq2[int, error] {
	p.begun[i].Add(1)
	outputs, does, nap := p.script(i)
	switch {
	case does == "panic at once":
		panic(errReading)
	case does == "" && outputs == 0 && i%2 == 0:
		return nil
	}
	return func(yield func(int, error) bool) {
		if does != "ignore" {
			p.running.Add(1)
			defer p.running.Add(-1)
		}
		for k := range outputs {
			if !yield(i*1000+k, nil) {
				return
			}
			if nap > 0 {
				time.Sleep(nap)
			}
		}
		switch does {
		case "error":
			yield(-1, errReading)
		case "panic":
			panic(errReading)
		case "goexit":
			runtime.Goexit()
		case "obey":
			<-ctx.Done()
			yield(-1, ctx.Err())
		case "ignore":
			time.Sleep(time.Minute)
			yield(-1, nil)
		}
	}
}

func (p *reading) inputs(yield func(int) bool) {
	for i := range p.Inputs + 1 {
		if i == p.SourceAt {
			panic(errReading)
		}
		if i == p.Inputs {
			return
		}
		p.pulled.Add(1)
		if !yield(i) {
			return
		}
	}
}

func (p *reading) play(ctx context.Context) error {
	p.begun = make([]atomic.Int32, p.Inputs)
	p.got, p.ended = make([]int, p.Inputs), make([]bool, p.Inputs)
	p.last.Index = -1
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if p.CancelAt > 0 {
		defer time.AfterFunc(p.CancelAt, func() { cancel(errReading) }).Stop()
	}
	done := make(chan struct{})
	go func() { // for Goexit
		defer close(done)
		defer func() { _ = recover() }()
		defer p.checkLeft()
		for o := range mapper.Stream(ctx, p.fn, p.inputs, p.Opts) {
			p.take(o)
			p.leave()
			if p.seen == p.LeaveAt {
				break
			}
		}
	}()
	<-done
	p.checkEnd()
	time.Sleep(time.Hour) // whatever was abandoned ends
	return p.problem
}

func (p *reading) leave() {
	switch {
	case p.seen == p.LeaveAt && p.LeaveBy == "panic":
		panic("leave")
	case p.seen == p.LeaveAt && p.LeaveBy == "goexit":
		runtime.Goexit()
	case p.Pause > 0 && p.seen%100 == 0:
		time.Sleep(p.Pause)
	}
}
