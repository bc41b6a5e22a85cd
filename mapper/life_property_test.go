package mapper_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestWhateverBecomesOfContainers is the central invariant for functions with state that
// live on: whatever goes wrong in enter, call and exit, whoever ends containers, and however
// calls and runs cross each other, each input settles exactly once with an outcome that
// has a reason, each state is exited exactly once and never in use, and nothing is left
// behind (the bubble would not end).
func TestWhateverBecomesOfContainers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawLife(rt)
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = s.play(t.Context()) })
		if problem != nil {
			rt.Fatalf("%v\nin %+v", problem, s)
		}
	})
}

// life is what happens to a function, or to a run of its own, decided in advance.
type life struct {
	Alone  bool // a run of its own
	Opts   mapper.Options
	Batch  mapper.Batch // zero Size: none
	Enters []step       // by the order of starts; what follows the last one succeeds
	Exits  []step       // likewise
	Deeds  []deed

	StopAt time.Duration
	StopIn time.Duration // what is not drained after that is ended; 0: never
}

// deed is something that somebody does with the function.
type deed struct {
	Does    string
	At      time.Duration
	Scripts [][]step      // of the inputs, if it has some; the last step repeats
	Leave   int           // results, after which the reader leaves; -1: never
	EndIn   time.Duration // of its context, or a call is cancelled; 0: never
	Opts    mapper.RunOptions
	Scale   mapper.Scale
	Nth     int // container
}

const ms = time.Millisecond

func drawLife(rt *rapid.T) *life {
	s := &life{
		Alone: rapid.IntRange(0, 4).Draw(rt, "alone") == 0,
		Opts: mapper.Options{
			Containers:   rapid.IntRange(1, 6).Draw(rt, "containers"),
			MaxInputs:    rapid.IntRange(1, 5).Draw(rt, "maxInputs"),
			CrashLimit:   rapid.IntRange(0, 4).Draw(rt, "crashLimit"),
			AtMostOnce:   rapid.IntRange(0, 9).Draw(rt, "atMostOnce") == 0,
			Timeout:      rapid.SampledFrom([]time.Duration{0, 20 * ms}).Draw(rt, "timeout"),
			StartTimeout: 40 * ms,
			Grace:        50 * ms,
			ExitGrace:    100 * ms,
			Retries:      policy.Retries{MaxRetries: rapid.IntRange(0, 2).Draw(rt, "retries"), InitialDelay: 10 * ms},
			Recycle: mapper.Recycle{
				Inputs: rapid.SampledFrom([]int{0, 0, 1, 3, 20}).Draw(rt, "recycleInputs"),
				Age:    rapid.SampledFrom([]time.Duration{0, 0, 5 * ms, 30 * ms}).Draw(rt, "recycleAge"),
			},
		},
		Enters: drawSteps(rt, "enters", 8, "ok", "ok", "slow", "error", "panic", "goexit", "obey", "late", "deaf"),
		Exits:  drawSteps(rt, "exits", 8, "ok", "ok", "error", "panic", "goexit", "obey", "deaf"),
		StopAt: drawTime(rt, "stopAt", 400),
	}
	s.Opts.TargetInputs = rapid.IntRange(0, s.Opts.MaxInputs).Draw(rt, "targetInputs")
	if rapid.Bool().Draw(rt, "batched") {
		s.Batch = mapper.Batch{Size: rapid.IntRange(1, 5).Draw(rt, "size"), Wait: rapid.SampledFrom([]time.Duration{0, 5 * ms}).Draw(rt, "wait")}
	}
	if rapid.Bool().Draw(rt, "hurry") {
		s.StopIn = 1 + drawTime(rt, "stopIn", 200)
	}
	if s.Alone {
		// The limit on crashes is tested by itself; here it must not cut in.
		s.Opts.Crashes = policy.Ephemeral{ColdDebt: 1 << 20, Debt: 1 << 20}
		s.Deeds = []deed{s.drawDeed(rt, "run", "run", "collect")}
		return s
	}
	s.Opts.Scale = drawScale(rt, s.Opts.Containers)
	s.Opts.Outstanding = rapid.SampledFrom([]int{0, 0, 3}).Draw(rt, "outstanding")
	for range rapid.IntRange(1, 15).Draw(rt, "deeds") {
		s.Deeds = append(s.Deeds, s.drawDeed(rt, "call", "call", "spawn", "spawn", "cancel", "run", "run", "collect",
			"drain", "preempt", "scale", "redeploy"))
	}
	return s
}

func (s *life) drawDeed(rt *rapid.T, does ...string) deed {
	d := deed{
		Does:  rapid.SampledFrom(does).Draw(rt, "deed"),
		At:    drawTime(rt, "at", 300),
		Leave: -1,
		Nth:   rapid.IntRange(0, 5).Draw(rt, "nth"),
		Scale: drawScale(rt, s.Opts.Containers),
		Opts: mapper.RunOptions{
			ReturnExceptions: rapid.Bool().Draw(rt, "returnExceptions"),
			Unordered:        rapid.Bool().Draw(rt, "unordered"),
			Outstanding:      rapid.SampledFrom([]int{0, 1, 7}).Draw(rt, "runOutstanding"),
		},
	}
	inputs := map[string]int{"call": 1, "spawn": 6, "cancel": 6, "run": 30, "collect": 30}[d.Does]
	if inputs == 0 {
		return d
	}
	does = []string{"ok", "ok", "ok", "ok", "ok", "error", "permanent", "panic", "goexit", "retire"}
	if s.Opts.Timeout > 0 {
		does = append(does, "obey", "deaf")
	}
	for range rapid.IntRange(1, inputs).Draw(rt, "inputs") {
		// In a crash loop no crash is charged: an input that always crashes would never settle.
		d.Scripts = append(d.Scripts, append(drawSteps(rt, "script", 3, does...), step{Does: "ok"}))
	}
	switch rapid.IntRange(0, 4).Draw(rt, "interruption") {
	case 0:
		d.EndIn = 1 + drawTime(rt, "endIn", 60)
	case 1:
		d.Leave = rapid.IntRange(1, len(d.Scripts)).Draw(rt, "leave")
	}
	return d
}

func drawScale(rt *rapid.T, most int) mapper.Scale {
	return mapper.Scale{
		Min:    rapid.IntRange(0, most).Draw(rt, "min"),
		Max:    most,
		Buffer: rapid.SampledFrom([]int{0, 0, 2}).Draw(rt, "buffer"),
		Window: rapid.SampledFrom([]time.Duration{5 * ms, 20 * ms, 0}).Draw(rt, "window"),
	}
}

func drawSteps(rt *rapid.T, name string, most int, does ...string) []step {
	one := rapid.Custom(func(rt *rapid.T) step {
		return step{Does: rapid.SampledFrom(does).Draw(rt, "does"), Take: rapid.SampledFrom([]time.Duration{0, 0, ms, 5 * ms, 15 * ms}).Draw(rt, "take")}
	})
	return rapid.SliceOfN(one, 0, most).Draw(rt, name)
}

// drawTime draws whole milliseconds, so that things that have nothing to do with each other
// happen in the same moment.
func drawTime(rt *rapid.T, name string, most int) time.Duration {
	return time.Duration(rapid.IntRange(0, most).Draw(rt, name)) * ms
}

// play lives the life in a bubble and returns what went wrong.
func (s *life) play(ctx context.Context) error {
	p := newLivePlay(s)
	if s.Alone {
		p.playAlone(ctx)
	} else if err := p.playDeployed(ctx); err != nil {
		return err
	}
	time.Sleep(time.Hour) // for whoever ignored a context
	return p.verdict()
}
