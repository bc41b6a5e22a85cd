package metrics

import (
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// row is a number that is pulled from views. Rows of one name stand together and differ in
// a label, which OpenTelemetry has in the name, as Modal does.
type row struct {
	name  string // for Prometheus
	label Label
	otel  string // for OpenTelemetry
	unit  string
	typ   Type
	most  bool // of several views the greatest, which is what an alert looks for; else the sum
	pool  bool // is of containers: runs on a function have none of their own
	help  string
	of    func(*reading) float64
}

// table is all of them.
var table = append([]row{
	{
		name: "longshore_inputs_total", label: Label{"state", "succeeded"},
		otel: "longshore.input_events.successes", unit: "{input}", typ: Counter,
		help: "Inputs settled, by state.",
		of:   count(func(r *reading) int { return r.Succeeded }),
	},
	{
		name: "longshore_inputs_total", label: Label{"state", "failed"},
		otel: "longshore.input_events.failures", unit: "{input}", typ: Counter,
		help: "Inputs settled, by state.",
		of:   count(func(r *reading) int { return r.Failed }),
	},
	{
		name: "longshore_inputs_total", label: Label{"state", "cancelled"},
		otel: "longshore.input_events.cancelled", unit: "{input}", typ: Counter,
		help: "Inputs settled, by state.",
		of:   count((*reading).withdrawn),
	},
	{
		name: "longshore_taken_inputs_total",
		otel: "longshore.input_events.total_inputs", unit: "{input}", typ: Counter,
		help: "Inputs, settled or not, but those that an iterator has not given yet.",
		of:   count((*reading).taken),
	},
	{
		name: "longshore_retries_total",
		otel: "longshore.input_events.retries", unit: "{attempt}", typ: Counter,
		help: "Attempts asked for after application failures.",
		of:   count(func(r *reading) int { return r.Retries }),
	},
	{
		name: "longshore_reruns_total",
		otel: "longshore.input_events.reruns", unit: "{attempt}", typ: Counter,
		help: "Attempts asked for after crashes.",
		of:   count(func(r *reading) int { return r.Reruns }),
	},
	{
		name: "longshore_timeouts_total",
		otel: "longshore.input_events.timeouts", unit: "{attempt}", typ: Counter, pool: true,
		help: "Attempts that timed out; those of runs on a deployed function are counted with the function.",
		of:   count(func(r *reading) int { return r.TimedOut }),
	},
	{
		name: "longshore_pending_inputs",
		otel: "longshore.function.pending_inputs", unit: "{input}", typ: Gauge,
		help: "Inputs that wait for a container.",
		of:   count(func(r *reading) int { return r.Pending }),
	},
	{
		name: "longshore_running_inputs",
		otel: "longshore.function.running_inputs", unit: "{input}", typ: Gauge,
		help: "Inputs that execute in a container.",
		of:   count(func(r *reading) int { return r.Running }),
	},
	{
		name: "longshore_retrying_inputs",
		otel: "longshore.function.retrying_inputs", unit: "{input}", typ: Gauge,
		help: "Inputs that wait for another attempt.",
		of:   count(func(r *reading) int { return r.Retrying }),
	},
	held("pause", func(h mapper.Held) int { return h.Pause }),
	held("rate", func(h mapper.Held) int { return h.Rate }),
	held("key", func(h mapper.Held) int { return h.Key }),
	held("weight", func(h mapper.Held) int { return h.Weight }),
	{
		name: "longshore_throttled_attempts_total",
		otel: "longshore.input_events.throttled", unit: "{attempt}", typ: Counter,
		help: "Attempts that the other side refused: everybody was to wait.",
		of:   count(func(r *reading) int { return r.Throttled }),
	},
	{
		name: "longshore_hedges_total",
		otel: "longshore.input_events.hedges", unit: "{attempt}", typ: Counter,
		help: "Second attempts of inputs whose first was slow.",
		of:   count(func(r *reading) int { return r.Hedges }),
	},
	{
		name: "longshore_unread_results",
		otel: "longshore.function.unread_results", unit: "{result}", typ: Gauge,
		help: "Results that their reader has not taken.",
		of:   count(func(r *reading) int { return r.Waiting }),
	},
	{
		name: "longshore_refused_calls_total",
		otel: "longshore.function.refused_calls", unit: "{call}", typ: Counter,
		help: "Calls of a function that were refused because it had accepted as many as it may.",
		of:   count(func(r *reading) int { return r.Refused }),
	},
	{
		name: "longshore_runs_total",
		otel: "longshore.run.starts", unit: "{run}", typ: Counter,
		help: "Runs started, and functions deployed.",
		of:   count(func(*reading) int { return 1 }),
	},
	ended(supervisor.Completed),
	ended(supervisor.WithFailures),
	ended(supervisor.CutOff),
	ended(supervisor.Cancelled),
	ended(supervisor.WasStopped),
	ended(supervisor.FailedAtInput),
	ended(supervisor.SourceFailed),
	{
		name: "longshore_live_runs",
		otel: "longshore.run.live", unit: "{run}", typ: Gauge,
		help: "Runs and functions that have not ended.",
		of:   flag(func(r *reading) bool { return !r.ended }),
	},
	containers(supervisor.Starting),
	containers(supervisor.Idle),
	containers(supervisor.Running),
	containers(supervisor.Stopping),
	containers(supervisor.BackingOff),
	containers(supervisor.Abandoned),
	{
		name: "longshore_wanted_containers",
		otel: "longshore.container.wanted", unit: "{container}", typ: Gauge, pool: true,
		help: "Containers wanted.",
		of:   count(func(r *reading) int { return r.pool.Wanted }),
	},
	{
		name: "longshore_container_starts_total",
		otel: "longshore.container.starts", unit: "{container}", typ: Counter, pool: true,
		help: "Containers started, restarts included.",
		of:   count(func(r *reading) int { return r.pool.Starts }),
	},
	{
		name: "longshore_container_crashes_total",
		otel: "longshore.container.crashes", unit: "{crash}", typ: Counter, pool: true,
		help: "Containers that crashed.",
		of:   count(func(r *reading) int { return r.pool.Crashes }),
	},
	{
		name: "longshore_lost_containers_total",
		otel: "longshore.container.losses", unit: "{container}", typ: Counter, pool: true,
		help: "Containers that went with their machine or the link to it: no crashes.",
		of:   count(func(r *reading) int { return r.pool.Lost }),
	},
	{
		name: "longshore_abandoned_containers_total",
		otel: "longshore.container.abandonments", unit: "{container}", typ: Counter, pool: true,
		help: "Containers given up because they ignored the end of their context.",
		of:   count(func(r *reading) int { return r.pool.Abandoned }),
	},
	{
		name: "longshore_crash_looping",
		otel: "longshore.function.crash_looping", unit: "1", typ: Gauge, most: true, pool: true,
		help: "1 while starts are slowed because crashes outweigh progress.",
		of:   flag(func(r *reading) bool { return r.pool.CrashLooping }),
	},
	{
		name: "longshore_crash_loop_of_inputs",
		otel: "longshore.function.crash_loop_of_inputs", unit: "1", typ: Gauge, most: true, pool: true,
		help: "1 in a crash loop that inputs opened, not start-ups: any that finishes ends it.",
		of:   flag(func(r *reading) bool { return r.pool.CrashLooping && r.pool.CrashLoopOfInputs }),
	},
	{
		name: "longshore_next_start_seconds",
		otel: "longshore.function.next_start", unit: "s", typ: Gauge, most: true, pool: true,
		help: "Time until the first start that a crash has delayed; 0 without one.",
		of:   (*reading).nextStart,
	},
	{
		name: "longshore_start_debt",
		otel: "longshore.crash.start_debt", unit: "{crash}", typ: Gauge, most: true, pool: true,
		help: "Crashes at start-up that progress has not paid for.",
		of:   count(func(r *reading) int { return r.pool.StartDebt }),
	},
	{
		name: "longshore_start_debt_limit",
		otel: "longshore.crash.start_limit", unit: "{crash}", typ: Gauge, most: true, pool: true,
		help: "Debt of crashes at start-up that ends a run or opens a crash loop.",
		of:   count(func(r *reading) int { return r.pool.StartLimit }),
	},
	{
		name: "longshore_crash_streak",
		otel: "longshore.crash.streak", unit: "{input}", typ: Gauge, most: true, pool: true,
		help: "Different inputs that crashed one after the other since one finished; what died together counts once.",
		of:   count(func(r *reading) int { return r.pool.Streak }),
	},
	{
		name: "longshore_crash_streak_limit",
		otel: "longshore.crash.streak_limit", unit: "{input}", typ: Gauge, most: true, pool: true,
		help: "Streak that ends a run or opens a crash loop.",
		of:   count(func(r *reading) int { return r.pool.StreakLimit }),
	},
	{
		name: "longshore_crash_streak_inputs",
		otel: "longshore.crash.streak_inputs", unit: "{input}", typ: Gauge, most: true, pool: true,
		help: "Different inputs that were tried since one finished, and crashed.",
		of:   count(func(r *reading) int { return r.pool.Inputs }),
	},
	{
		name: "longshore_dropped_events_total",
		otel: "longshore.events.dropped", unit: "{event}", typ: Counter, pool: true,
		help: "Events that observers were too slow for.",
		of:   count(func(r *reading) int { return r.Dropped }),
	},
}, journaled...)

// held is the inputs that wait for one of the gates.
func held(gate string, of func(mapper.Held) int) row {
	return row{
		name: "longshore_held_inputs", label: Label{"reason", gate},
		otel: "longshore.function.held_by_" + gate, unit: "{input}", typ: Gauge,
		help: "Inputs that could begin, but for what holds them: they wait without a container.",
		of:   count(func(r *reading) int { return of(r.Held) }),
	}
}

// containers is the row of one state.
func containers(s supervisor.State) row {
	return row{
		name: "longshore_containers", label: Label{"state", string(s)},
		otel: "longshore.container." + string(s), unit: "{container}", typ: Gauge, pool: true,
		help: "Containers by state; those abandoned still run.",
		of:   count(func(r *reading) int { return r.containers(s) }),
	}
}

// ended is the row of one outcome.
func ended(o supervisor.Outcome) row {
	return row{
		name: "longshore_ended_runs_total", label: Label{"outcome", string(o)},
		otel: "longshore.run.ends." + string(o), unit: "{run}", typ: Counter,
		help: "Runs and functions that have ended, by outcome.",
		of:   flag(func(r *reading) bool { return r.outcome == o }),
	}
}

func count(of func(*reading) int) func(*reading) float64 {
	return func(r *reading) float64 { return float64(of(r)) }
}

func flag(of func(*reading) bool) func(*reading) float64 {
	return func(r *reading) float64 {
		if of(r) {
			return 1
		}
		return 0
	}
}
