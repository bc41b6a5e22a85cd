// Package telemetry passes what happens in runs and deployed functions on to OpenTelemetry:
// the numbers of package metrics as instruments, and spans.
//
// It is a module of its own, so that the core depends on no library, and it uses the API of
// OpenTelemetry only: the SDK and the exporters are the program's choice. The client library of
// Prometheus is served by another module, mapper/metrics/collector.
//
// # Instruments
//
// There is one for each family of a metrics.Registry, by the name that it has there. Counters and
// gauges are pulled when the SDK collects: nothing is done for them in between, and they are
// exact. Histograms are recorded as attempts and starts end. Attributes are function,
// kind and, of crashes, phase and cause, see package metrics; none of what is about machines; never a run, an input or a machine.
//
// # Spans
//
//   - longshore.run is a run, from its start to its end, a child of the span in the context that
//     it was started with. Its longshore.outcome says what came of it, and it has an error status if it ended with an error. Crashes, the cutoff and failed inputs are events in it.
//   - longshore.attempt is an attempt, a child of its run. Inputs that are cheaper than a
//     clock reading are told of together: longshore.count says how many they are, and the
//     span is as long as one of them took on average.
//   - longshore.deploy is the moment in which a function is deployed. A function may live for
//     months, so it has no span that could have children: the attempts of its calls, its
//     crashes and its crash loops are traces of their own, each linked to this moment. So
//     are its runs.
//
// All times are those of the events. Each run, and the calls of each function, have a limited
// number of spans and events a second (Options.Spans); half of it is kept for what fails. A
// run that the sampler does not want costs a look into a map for each event and no more.
package telemetry
