package history

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// times is the durations of attempts, of all and of those of the present second.
type times struct {
	all, second *hdrhistogram.Histogram // nil before the first attempt; all is nil at the end as well
	attempts    int64
	max         time.Duration
	secondMax   time.Duration
	slowest     int     // input; -1: none, or one of another run
	last        Latency // at the end
}

// histograms are taken from a pool: each is some 40 KB, and runs may be short and many.
var histograms = sync.Pool{New: func() any {
	return hdrhistogram.New(1, longest.Nanoseconds(), 2)
}}

// longest is the upper end of the histogram. Attempts that take longer count as this long.
const longest = time.Hour

func histogram() *hdrhistogram.Histogram { return histograms.Get().(*hdrhistogram.Histogram) }

// add counts n attempts that took so long on average. The input is -1 if it is another run's.
func (t *times) add(took time.Duration, n, input int) {
	if t.all == nil {
		if t.last.Attempts > 0 {
			return // too late: the run has ended
		}
		t.all, t.second, t.slowest = histogram(), histogram(), -1
	}
	t.attempts += int64(n)
	if took > t.max || t.attempts == int64(n) {
		t.max, t.slowest = took, input
	}
	t.secondMax = max(t.secondMax, took)
	v := min(max(took, 1), longest).Nanoseconds()
	_ = t.all.RecordValues(v, int64(n)) // v is within its bounds
	_ = t.second.RecordValues(v, int64(n))
}

// lap writes the durations of the second that ends into the sample.
func (t *times) lap(s *Sample) {
	if t.second == nil {
		return
	}
	s.P50, s.P95, s.P99 = quantiles(t.second, t.secondMax)
	t.second.Reset()
	t.secondMax = 0
}

func (t *times) latency() Latency {
	if t.all == nil {
		if t.last.Attempts == 0 {
			return Latency{Slowest: -1}
		}
		return t.last
	}
	l := Latency{Attempts: t.attempts, Max: t.max, Slowest: t.slowest}
	l.P50, l.P95, l.P99 = quantiles(t.all, t.max)
	return l
}

// end keeps the numbers and lets go of the rest.
func (t *times) end() {
	t.last = t.latency()
	for _, h := range []*hdrhistogram.Histogram{t.all, t.second} {
		if h != nil {
			h.Reset()
			histograms.Put(h)
		}
	}
	t.all, t.second = nil, nil
}

// quantiles are those of h, which says the upper end of a class: no more than the maximum.
func quantiles(h *hdrhistogram.Histogram, most time.Duration) (p50, p95, p99 time.Duration) {
	if h.TotalCount() == 0 {
		return 0, 0, 0
	}
	at := func(q float64) time.Duration { return min(time.Duration(h.ValueAtQuantile(q)), most) }
	return at(50), at(95), at(99)
}
