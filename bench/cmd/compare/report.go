package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"runtime"
	"slices"
	"time"

	"github.com/longshore-go/longshore/bench"
)

// A report is everything measured, as -json writes it.
type report struct {
	Started  time.Time  `json:"started"`
	Go       string     `json:"go"`
	Platform string     `json:"platform"`
	Procs    int        `json:"gomaxprocs"`
	Rounds   int        `json:"rounds"`
	Seed     uint64     `json:"seed"`
	Rows     []*row     `json:"rows"`
	Specials []*special `json:"specials"`
}

func newReport(cfg config) *report {
	return &report{
		Started:  time.Now().UTC().Truncate(time.Second),
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Procs:    runtime.GOMAXPROCS(0),
		Rounds:   cfg.rounds,
		Seed:     cfg.seed,
	}
}

// A row is a group and a workload with all implementations measured in turns.
type row struct {
	Group    bench.Group `json:"group"`
	Workload string      `json:"workload"`
	N        int         `json:"inputs"`
	Entries  []*entry    `json:"entries"`
}

// floor is the entry that the others are compared with.
func (r *row) floor() *entry {
	return r.find(func(e *entry) bool { return e.Kind == bench.Floor })
}

func (r *row) find(ok func(*entry) bool) *entry {
	if i := slices.IndexFunc(r.Entries, ok); i >= 0 {
		return r.Entries[i]
	}
	return nil
}

// An entry is one implementation in one row.
type entry struct {
	Name    string         `json:"name"`
	Kind    bench.Kind     `json:"kind"`
	Repeats int            `json:"repeats"` // runs of a sample
	Median  bench.Sample   `json:"median"`
	Ratio   float64        `json:"ratio"` // of the medians, to the floor
	Samples []bench.Sample `json:"samples"`

	run func() error
}

// A special is a bench.Special with a figure for each round.
type special struct {
	Name   string    `json:"name"`
	Asks   string    `json:"asks"`
	Unit   string    `json:"unit"`
	Bar    float64   `json:"bar"`
	Median float64   `json:"median"`
	Rounds []float64 `json:"rounds"`
}

// summarise fills in the medians and ratios.
func (r *report) summarise() {
	for _, row := range r.Rows {
		for _, e := range row.Entries {
			e.Median = bench.Sample{
				NS:     medianOf(e.Samples, func(s bench.Sample) float64 { return s.NS }),
				Bytes:  medianOf(e.Samples, func(s bench.Sample) float64 { return s.Bytes }),
				Allocs: medianOf(e.Samples, func(s bench.Sample) float64 { return s.Allocs }),
			}
		}
		for _, e := range row.Entries {
			e.Ratio = e.Median.NS / row.floor().Median.NS
		}
	}
	for _, s := range r.Specials {
		s.Median = medianOf(s.Rounds, func(v float64) float64 { return v })
	}
}

func medianOf[T any](samples []T, of func(T) float64) float64 {
	v := make([]float64, len(samples))
	for i, s := range samples {
		v[i] = of(s)
	}
	slices.SortFunc(v, cmp.Compare)
	mid := len(v) / 2
	if len(v)%2 == 1 {
		return v[mid]
	}
	return (v[mid-1] + v[mid]) / 2
}

func encode(r *report) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "\t")
	enc.SetEscapeHTML(false)
	err := enc.Encode(r)
	return b.Bytes(), err
}
