// Package collector has the numbers of a metrics.Registry for the client library of Prometheus,
// github.com/prometheus/client_golang. A program that has no other metrics needs neither:
// [metrics.Registry.WriteText] writes what Prometheus scrapes. It is a module of its own, so that
// only the programs that import it depend on that library.
package collector

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/longshore-go/longshore/mapper/metrics"
)

// collector pulls a registry at each scrape.
type collector struct{ registry *metrics.Registry }

// New returns the collector of a registry, which is the Observer of the runs that it counts. It
// is safe for concurrent use. A scrape pulls the numbers once, in the beginning: one that is slow,
// or stuck, holds nothing that a run could wait for.
func New(registry *metrics.Registry) prometheus.Collector { return collector{registry} }

// Describe describes every metric that there can be.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	last := ""
	for _, f := range new(metrics.Registry).Snapshot() {
		if f.Name != last {
			out <- describe(f)
		}
		last = f.Name
	}
}

// Collect takes a snapshot and passes it on.
func (c collector) Collect(out chan<- prometheus.Metric) {
	bounds := metrics.Bounds()
	for _, f := range c.registry.Snapshot() {
		desc := describe(f)
		for _, s := range f.Samples {
			out <- measure(desc, f, s, bounds)
		}
	}
}

func describe(f metrics.Family) *prometheus.Desc {
	labels := f.Labels
	if f.Fixed.Name != "" {
		labels = append(labels[:len(labels):len(labels)], f.Fixed.Name)
	}
	return prometheus.NewDesc(f.Name, f.Help, labels, nil)
}

func measure(desc *prometheus.Desc, f metrics.Family, s metrics.Sample, bounds []float64) prometheus.Metric {
	labels := s.Labels
	if f.Fixed.Name != "" {
		labels = append(labels[:len(labels):len(labels)], f.Fixed.Value)
	}
	switch f.Type {
	case metrics.Histogram:
		return prometheus.MustNewConstHistogram(desc, s.Distribution.Count(), s.Distribution.Sum, cumulative(bounds, s.Distribution), labels...)
	case metrics.Counter:
		return prometheus.MustNewConstMetric(desc, prometheus.CounterValue, s.Value, labels...)
	default:
		return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, s.Value, labels...)
	}
}

// cumulative is how many observations there are up to each bound.
func cumulative(bounds []float64, d metrics.Distribution) map[float64]uint64 {
	buckets := make(map[float64]uint64, len(bounds))
	below := uint64(0)
	for i, bound := range bounds {
		if d.Counts != nil {
			below += d.Counts[i]
		}
		buckets[bound] = below
	}
	return buckets
}
