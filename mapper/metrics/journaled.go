package metrics

// journaled is the rows of runs that have a journal.
var journaled = []row{
	{
		name: "longshore_restored_inputs_total",
		otel: "longshore.journal.restored", unit: "{input}", typ: Counter,
		help: "Inputs settled that an earlier life of the run had settled: the journal had them.",
		of:   count(func(r *reading) int { return r.Restored }),
	},
	{
		name: "longshore_recorded_inputs_total",
		otel: "longshore.journal.recorded", unit: "{input}", typ: Counter,
		help: "Inputs recorded in a journal.",
		of:   count(func(r *reading) int { return r.Recorded }),
	},
	{
		name: "longshore_damaged_inputs_total",
		otel: "longshore.journal.damaged", unit: "{input}", typ: Counter,
		help: "Inputs that ran again because their record in the journal was damaged.",
		of:   count(func(r *reading) int { return r.Damaged }),
	},
	{
		name: "longshore_unrecorded_inputs",
		otel: "longshore.journal.unrecorded", unit: "{input}", typ: Gauge,
		help: "Inputs that are finished and not recorded yet.",
		of:   count(func(r *reading) int { return r.Unrecorded }),
	},
	{
		name: "longshore_journal_lag_seconds",
		otel: "longshore.journal.lag", unit: "s", typ: Gauge, most: true,
		help: "Time since the first input was finished that is not recorded yet; 0 without one.",
		of:   func(r *reading) float64 { return r.Lag.Seconds() },
	},
	{
		name: "longshore_journal_deaths",
		otel: "longshore.journal.deaths", unit: "{death}", typ: Gauge, most: true,
		help: "Deaths of the whole process that the journal of a run knows of.",
		of:   count(func(r *reading) int { return r.Deaths }),
	},
	{
		name: "longshore_suspected_inputs",
		otel: "longshore.journal.suspected", unit: "{input}", typ: Gauge,
		help: "Inputs that were executing when the process died, and have not come to an end since.",
		of:   count(func(r *reading) int { return r.Suspected }),
	},
	{
		name: "longshore_convicted_inputs",
		otel: "longshore.journal.convicted", unit: "{input}", typ: Gauge,
		help: "Inputs that do not execute any more since they have killed the process.",
		of:   count(func(r *reading) int { return r.Convicted }),
	},
}
