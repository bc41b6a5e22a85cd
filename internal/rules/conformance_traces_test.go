package rules_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
	"github.com/longshore-go/longshore/internal/rules"
	"github.com/longshore-go/longshore/policy"
)

// lineages is a lineage, or an inclusive range [first, last].
type lineages struct{ first, last int }

func (l *lineages) UnmarshalJSON(data []byte) error {
	if one, err := strconv.Atoi(string(data)); err == nil {
		*l = lineages{one, one}
		return nil
	}
	var both [2]int
	err := json.Unmarshal(data, &both)
	*l = lineages{both[0], both[1]}
	return err
}

func runDetector(t *testing.T, c conformance.Case) {
	trace := decode[struct {
		Kind   string
		N      int
		Events []struct {
			T float64
			E string
			L lineages
		}
		Expect struct {
			TripAt    int    `json:"trip_at"`
			Rule      string `json:"rule"`
			StartDebt *int   `json:"start_debt"`
			RunDebt   *int   `json:"run_debt"`
			Healthy   *int   `json:"healthy"`
		}
	}](t, c.Trace)

	budget := rules.NewBudget(policy.Ephemeral{}, trace.N, nil)
	report, tripAt, rule := 0, 0, policy.Rule(0)
	for _, e := range trace.Events {
		for l := e.L.first; l <= e.L.last && tripAt == 0; l++ {
			report++
			switch e.E {
			case "ready":
				budget.Ready(l, at(e.T))
			case "proven":
				budget.Proven(l, at(e.T))
			case "done":
				budget.Finished(l, 1, at(e.T))
			case "start_crash", "run_crash": // the attempts of a run crash were begun a second before
				crash := rules.Crash{
					Lineage: l, Now: at(e.T), Starting: e.E == "start_crash",
					Fresh: true, Begun: at(e.T - 1), InReach: true, Wanted: trace.N,
				}
				if r := budget.Crash(crash); r != 0 {
					tripAt, rule = report, r
				}
			default:
				require.Fail(t, "unknown event", e.E)
			}
		}
	}

	want := trace.Expect
	require.Equal(t, want.TripAt, tripAt)
	if want.Rule != "" {
		require.Equal(t, want.Rule, rule.String())
	}
	for _, v := range []struct {
		name string
		want *int
		got  int
	}{{"start debt", want.StartDebt, budget.Debt()}, {"run debt", want.RunDebt, budget.Streak().Run()}, {"healthy", want.Healthy, budget.Healthy()}} {
		if v.want != nil {
			require.Equal(t, *v.want, v.got, v.name)
		}
	}
}

// gateStep is one step of a gate trace: a report, with the delay it must lead to, or a question.
type gateStep struct {
	T      float64
	Op     string
	L      int
	Delay  *[2]float64
	Uptime float64
	Done   int
	OK     bool
	Mode   string
}

// runGate replays a trace with the smallest, a middling and the largest draws: the bounds are exact.
func runGate(t *testing.T, c conformance.Case) {
	trace := decode[struct {
		Kind  string
		N     int
		Steps []gateStep
	}](t, c.Trace)
	for _, draw := range []float64{0, 0.5, 0.999999} {
		gate := rules.NewGate(policy.Deployed{}, trace.N, constant(draw))
		restarts := rules.NewRestarts(policy.Deployed{}, constant(draw))
		for i, s := range trace.Steps {
			gateReplay(t, gate, restarts, s, fmt.Sprintf("draw %v, step %d: %+v", draw, i+1, s))
		}
	}
}

func gateReplay(t *testing.T, gate *rules.Gate, restarts *rules.Restarts, s gateStep, where string) {
	t.Helper()
	now := at(s.T)
	switch s.Op {
	case "start":
		gate.Started(s.L, now)
	case "ready":
		gate.Ready(s.L, now)
	case "proven":
		gate.Proven(s.L, now)
	case "done":
		gate.Finished(s.L, 1, now)
		restarts.Finished(s.L)
	case "start_crash", "run_crash": // on no input: one would cost the lineage no delay
		gate.Crash(rules.Crash{Lineage: s.L, Starting: true, Now: now})
		delay := restarts.Crash(s.L, seconds(s.Uptime))
		if s.Delay != nil {
			require.GreaterOrEqual(t, delay, seconds(s.Delay[0]), where)
			require.LessOrEqual(t, delay, seconds(s.Delay[1]), where)
		}
	case "reset":
		gate.Reset(now)
		restarts.Reset()
	case "admit":
		ok, wait := gate.Admit(s.L, now)
		require.Equal(t, s.OK, ok, where)
		require.Equal(t, !ok, wait > 0, where)
	case "mode":
		require.Equal(t, s.Mode, gate.Mode().String(), where)
	default:
		require.Fail(t, "unknown op", where)
	}
}

func runAttribution(t *testing.T, c conformance.Case) {
	trace := decode[struct {
		Kind                string
		K, Machines, Inputs int
		Steps               []struct {
			Op         string
			C, Machine int
			In         []int
			Exclusive  bool
			Buffered   []int
			Status     map[int]string
		}
	}](t, c.Trace)

	// The trace does not tell clean from struck: both are in the shared queue.
	words := map[rules.Status]string{
		rules.StatusClean: "queued", rules.StatusStruck: "queued",
		rules.StatusSuspect: "suspect", rules.StatusFailed: "failed",
	}
	ledger := rules.NewLedger(0, false)
	ledger.Machines(trace.Machines)
	executed := map[int]bool{}
	for i, s := range trace.Steps {
		switch s.Op {
		case "crash": // with one input at a time, the one executing is named
			for _, input := range s.In {
				ledger.Crash(input, rules.Trial{Machine: s.Machine, Certain: len(s.In) == 1 && (s.Exclusive || trace.K == 1)})
				executed[input] = true
			}
		case "success", "done":
			for _, input := range s.In {
				ledger.Cleared(input)
			}
		case "check":
			for input, want := range s.Status {
				require.Equal(t, want, words[ledger.Status(input)], "step %d, input %d", i+1, input)
			}
		default:
			require.Fail(t, "unknown op", s.Op)
		}
		for _, input := range s.Buffered {
			if !executed[input] {
				require.Equal(t, rules.StatusClean, ledger.Status(input), "step %d, input %d", i+1, input)
			}
		}
	}
	require.LessOrEqual(t, ledger.Len(), trace.Inputs)
}

func runStreak(t *testing.T, c conformance.Case) {
	trace := decode[struct {
		Kind   string
		N      int
		Events []struct {
			T, Begun, Every, To  float64
			E                    string
			Fresh                bool
			Healthy, Repeat, Run int
		}
		Expect struct {
			TripAt   int `json:"trip_at"`
			Rule     string
			Run      *int
			PausesAt []int `json:"pauses_at"`
		}
	}](t, c.Trace)

	streak := rules.NewStreak(policy.Ephemeral{})
	report, tripAt, rule, pauses := 0, 0, policy.Rule(0), []int{}
	for _, e := range trace.Events {
		switch e.E {
		case "done":
			report++
			streak.Finished()
		case "paused_to":
			streak.Pause(at(e.To))
		case "check":
			require.Equal(t, e.Run, streak.Run(), "at %v s", e.T)
		case "crash":
			require.True(t, e.Fresh, "a struck input is not reported to a Streak")
			for i := range max(1, e.Repeat) {
				report++
				later := e.Every * float64(i)
				crash := rules.Crash{Fresh: true, Begun: at(e.Begun + later), Now: at(e.T + later), InReach: true, Wanted: trace.N}
				if streak.Crash(crash) {
					pauses = append(pauses, report)
				}
				if r := streak.Exceeds(crash.Now, e.Healthy, trace.N); r != 0 && tripAt == 0 {
					tripAt, rule = report, r
				}
			}
		default:
			require.Fail(t, "unknown event", e.E)
		}
	}
	want := trace.Expect
	require.Equal(t, want.TripAt, tripAt)
	if tripAt > 0 {
		require.Equal(t, want.Rule, rule.String())
	}
	require.Equal(t, want.PausesAt, pauses)
	if want.Run != nil {
		require.Equal(t, *want.Run, streak.Run())
	}
}
