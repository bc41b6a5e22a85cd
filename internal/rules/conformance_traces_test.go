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

	budget := rules.NewBudget(policy.Ephemeral{}, trace.N)
	report, tripAt, rule := 0, 0, policy.Rule(0)
	for _, e := range trace.Events {
		for l := e.L.first; l <= e.L.last && tripAt == 0; l++ {
			report++
			switch e.E {
			case "ready":
				budget.Ready(l)
			case "proven":
				budget.Proven(l)
			case "done":
				budget.Finished(l)
			case "start_crash", "run_crash":
				if r, exceeded := budget.Crash(l, e.E == "start_crash", at(e.T)); exceeded {
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
	start, run := budget.Debt()
	for _, v := range []struct {
		name string
		want *int
		got  int
	}{{"start debt", want.StartDebt, start}, {"run debt", want.RunDebt, run}, {"healthy", want.Healthy, budget.Healthy()}} {
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
		restarts := rules.NewRestarts(policy.Deployed{}, trace.N, constant(draw))
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
		gate.Finished(s.L, now)
		restarts.Finished(s.L)
	case "start_crash", "run_crash":
		gate.Crash(s.L, s.Op == "start_crash", now)
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
	ledger := rules.NewLedger(0)
	ledger.Machines(trace.Machines)
	executed := map[int]bool{}
	for i, s := range trace.Steps {
		switch s.Op {
		case "crash": // with one input at a time, the one executing is named
			ledger.Crash(s.In, s.Machine, s.Exclusive || trace.K == 1)
			for _, input := range s.In {
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
