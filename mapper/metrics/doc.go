// Package metrics has the numbers of runs and deployed functions as Prometheus and
// OpenTelemetry want them, without importing either: a [Registry] is an observer that
// counts, and writes the text that Prometheus scrapes. Two modules pass the same numbers on
// to the libraries: mapper/metrics/collector to that of Prometheus, mapper/telemetry to
// OpenTelemetry.
//
// # What is counted
//
// Nearly everything is pulled from views when somebody asks, and so is exact: inputs by
// state, retries, re-runs, containers by state, crashes, the crash loop. Pulling takes
// nothing from the work, and a slow scrape delays nobody. What only events can tell is
// counted from events, and says so in its help: how long attempts and starts took, how
// containers crashed, and what happened to machines. An observer that is too slow loses events, which is counted too.
//
// Counters never fall. Those of a run that has ended stay in the sums of its function, and
// the run itself, which keeps its inputs in memory, is let go of.
//
// # Labels
//
// function is the Name in the options. kind is "run" for the inputs of runs and "function"
// for the calls of deployed functions; a pool of containers is of the kind of what it was
// made for. There is no label for a run, an input or a container: a process has millions
// of them. After 1000 names, further functions are counted together as "other". Machines are
// counted over all fleets that something is on, without a label for any of them.
package metrics
