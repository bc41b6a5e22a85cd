package screen

import (
	"fmt"
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// Failing is how much of what was settled of late has failed.
type Failing struct {
	Failed, Settled int
	Bar             *bar
}

const failingWithin = time.Minute

// Failing is over the last minute; of a run that has ended, over its last one. It is nil where nothing was settled.
func (r Run) Failing() *Failing {
	n := len(r.Series)
	if n == 0 {
		return nil
	}
	f := &Failing{}
	for since := r.Series[n-1].Time.Add(-failingWithin); n > 0 && r.Series[n-1].Time.After(since); n-- {
		s := r.Series[n-1]
		f.Failed += s.Failed
		f.Settled += s.Failed + s.Succeeded
	}
	if f.Settled == 0 {
		return nil
	}
	f.Bar = gauge(f.Failed, f.Settled, fmt.Sprintf("%s of %s failed", amount.Number(f.Failed), amount.Number(f.Settled)))
	return f
}

// Memory is what all containers use together, in bytes; 0 if that is not known.
func (r Run) Memory() int64 {
	if n := len(r.Series); n > 0 && r.Ended.IsZero() {
		return r.Series[n-1].Memory
	}
	return 0
}

var memory = []measure{
	{"most", "l-blue", func(s history.Sample) float64 { return someBytes(s.MemoryMost) }},
	{"its limit", "l-red dotted", func(s history.Sample) float64 { return someBytes(s.MemoryLimit) }},
}

// memoryChart is the memory of the container that uses most, as far as that was known; one chart at most.
func memoryChart(r history.Run) []chart {
	all, limited := memory[:1], false
	known := false
	for _, s := range r.Series {
		known = known || s.MemoryMost > 0
		limited = limited || s.MemoryLimit > 0
	}
	if !known {
		return nil
	}
	if limited {
		all = memory
	}
	unit := func(f float64) string { return bytes(int64(f)) }
	return []chart{draw(r, "Memory of the container with most", all, unit, binaryTop)}
}
