package mapper_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestEachInputSettlesExactlyOnce is the central invariant: whatever the function,
// the iterator and the reader do, each input settles exactly once, in order where
// that is asked for, with the outcome and the attempts that the rules demand, and
// nothing is left behind (the bubble would not end).
func TestEachInputSettlesExactlyOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScenario(rt)
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = s.play(t.Context()) })
		if problem != nil {
			rt.Fatalf("%v\nin %+v", problem, s)
		}
	})
}

// scenario is a run with everything that can happen to it decided in advance.
type scenario struct {
	Form    string
	Opts    mapper.Options
	Scripts [][]step // for each input, what its attempts do; the last step repeats

	Pause    time.Duration // of the reader after each result
	LeaveAt  int           // results after which the reader leaves; -1: never
	LeaveBy  string
	CancelAt time.Duration // 0: never
	Source   source
}

// step is what one attempt does.
type step struct {
	Does string
	Take time.Duration
}

// source is what the iterator does besides yielding.
type source struct {
	Pause time.Duration
	EndAt int // -1: after the last input
	EndBy string
}

var errFlaky = errors.New("flaky")

func drawScenario(rt *rapid.T) *scenario {
	s := &scenario{
		Form: rapid.SampledFrom([]string{"map", "mapseq", "all", "results", "collect"}).Draw(rt, "form"),
		Opts: mapper.Options{
			Containers:       rapid.IntRange(0, 64).Draw(rt, "containers"),
			ReturnExceptions: rapid.Bool().Draw(rt, "returnExceptions"),
			Unordered:        rapid.Bool().Draw(rt, "unordered"),
			Outstanding:      rapid.SampledFrom([]int{0, 1, 2, 7, 40}).Draw(rt, "outstanding"),
			CrashLimit:       rapid.IntRange(0, 4).Draw(rt, "crashLimit"),
			AtMostOnce:       rapid.IntRange(0, 9).Draw(rt, "atMostOnce") == 0,
			Timeout:          rapid.SampledFrom([]time.Duration{0, 20 * time.Millisecond}).Draw(rt, "timeout"),
			Grace:            50 * time.Millisecond,
			Retries: policy.Retries{
				MaxRetries:   rapid.IntRange(0, 3).Draw(rt, "retries"),
				InitialDelay: time.Duration(rapid.IntRange(1, 30).Draw(rt, "delay")) * time.Millisecond,
			},
		},
		LeaveAt: -1,
	}
	// The limit on crashes is tested by itself; here it must not cut in.
	s.Opts.Crashes = policy.Ephemeral{ColdDebt: 1 << 20, Debt: 1 << 20}
	if rapid.Bool().Draw(rt, "deployed") {
		s.Opts.Crashes = policy.Deployed{ColdDebt: 1 << 20, Debt: 1 << 20}
	}
	does := []string{"ok", "ok", "ok", "ok", "error", "permanent", "after", "panic", "panicerr", "goexit"}
	if s.Opts.Timeout > 0 {
		does = append(does, "obey", "ignore")
	}
	steps := rapid.Custom(func(rt *rapid.T) step {
		return step{
			Does: rapid.SampledFrom(does).Draw(rt, "does"),
			Take: time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 5, 15}).Draw(rt, "take")) * time.Millisecond,
		}
	})
	s.Scripts = rapid.SliceOfN(rapid.SliceOfN(steps, 1, 4), 0, 120).Draw(rt, "scripts")
	if rapid.Bool().Draw(rt, "slowReader") {
		s.Pause = time.Duration(rapid.IntRange(1, 20).Draw(rt, "pause")) * time.Millisecond
	}
	switch rapid.IntRange(0, 3).Draw(rt, "interruption") {
	case 0:
		s.LeaveAt = rapid.IntRange(0, len(s.Scripts)).Draw(rt, "leaveAt")
		s.LeaveBy = rapid.SampledFrom([]string{"break", "cancel", "stop"}).Draw(rt, "leaveBy")
	case 1:
		s.CancelAt = time.Duration(rapid.IntRange(1, 80).Draw(rt, "cancelAt")) * time.Millisecond
	}
	s.Source = source{EndAt: -1, Pause: time.Duration(rapid.SampledFrom([]int{0, 0, 2}).Draw(rt, "sourcePause")) * time.Millisecond}
	if rapid.IntRange(0, 4).Draw(rt, "sourceEnds") == 0 {
		s.Source.EndAt = rapid.IntRange(0, len(s.Scripts)).Draw(rt, "sourceEndAt")
		s.Source.EndBy = rapid.SampledFrom([]string{"panic", "goexit", "block"}).Draw(rt, "sourceEndBy")
		if s.Source.EndBy == "block" && s.CancelAt == 0 {
			s.CancelAt = 200 * time.Millisecond
		}
	}
	return s
}

// play runs the scenario in a bubble and returns what is wrong with its results.
func (s *scenario) play(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := newPlay(s, ctx, cancel)
	if s.CancelAt > 0 {
		time.AfterFunc(s.CancelAt, func() { cancel(errCancelled) })
	}
	switch s.Form {
	case "collect":
		values, err := mapper.Collect(ctx, p.fn, p.inputs(), s.Opts)
		p.collected(values, err)
	case "map":
		p.read(mapper.Map(ctx, p.fn, p.inputs(), s.Opts))
	case "mapseq":
		p.read(mapper.MapSeq(ctx, p.fn, p.source(), s.Opts))
	default:
		run, err := mapper.Start(ctx, p.fn, p.source(), s.Opts)
		if err != nil {
			return err
		}
		p.run = run
		if s.Form == "all" {
			p.readAll(run.All())
		} else {
			p.read(run.Results())
		}
		p.ended = run.Wait()
	}
	time.Sleep(5 * time.Second) // virtual: for attempts that ignored their context
	return p.verdict()
}

func (p *play) inputs() []int {
	in := make([]int, len(p.s.Scripts))
	for i := range in {
		in[i] = i
	}
	return in
}

// source yields the inputs as the scenario wants.
func (p *play) source() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range p.s.Scripts {
			if i == p.s.Source.EndAt && p.endSource() {
				return
			}
			time.Sleep(p.s.Source.Pause)
			if !yield(i) {
				return
			}
		}
	}
}
