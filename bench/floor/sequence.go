package floor

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/bench/work"
)

const (
	sequenceSlots = 1024
	sequenceRun   = int64(20 * time.Microsecond) // work that a claimed run aims at
)

// Sequence is the sketch that Longshore's design started from, and not tuned
// to the workload: one ring of slots indexed by sequence number. The feeder
// publishes inputs, workers claim runs of them with one compare-and-swap and
// overwrite them with results, and the consumer takes whole finished runs in
// order. A run's length follows the measured cost of an input and is never
// more than a worker's share of what is published, so slow inputs go one by
// one and a slow source is never waited on to fill a batch.
func Sequence(_ context.Context, job work.Job) ([]int, error) {
	s := &sequence{
		job:    job,
		slots:  make([]int, sequenceSlots),
		ends:   make([]atomic.Int64, sequenceSlots),
		input:  newGate(job.Conc),
		output: newGate(1),
		space:  newGate(1),
	}
	s.size.Store(1)
	go s.feed()
	for range job.Conc {
		go s.work()
	}
	s.consume()
	return nil, nil
}

const sequenceMask = sequenceSlots - 1

type sequence struct {
	job                  work.Job
	slots                []int
	ends                 []atomic.Int64 // ends[lo&mask] = hi once [lo,hi) is done
	head, tail, read     padded
	size                 atomic.Int64 // inputs to claim at once
	closed               atomic.Bool  // the feeder has published its last input
	input, output, space *gate
}

func (s *sequence) feed() {
	t := int64(0)
	for v := range s.job.Seq {
		if t-s.read.Load() == sequenceSlots {
			s.space.wait(func() bool { return t-s.read.Load() <= sequenceSlots/2 })
		}
		s.slots[t&sequenceMask] = v
		t++
		s.tail.Store(t)
		s.input.wake()
	}
	s.closed.Store(true)
	for range s.job.Conc {
		s.input.wake()
	}
	s.output.wake()
}

func (s *sequence) work() {
	for yields := 0; ; {
		h, t := s.head.Load(), s.tail.Load()
		if h == t && s.closed.Load() && h == s.tail.Load() {
			return
		}
		want := s.size.Load()
		if t-h < want*int64(s.job.Conc) && yields < 16 && !s.closed.Load() {
			yields++ // let the feeder get ahead, for a moment
			runtime.Gosched()
			continue
		}
		if h == t {
			s.input.wait(func() bool { return s.head.Load() != s.tail.Load() || s.closed.Load() })
			continue
		}
		n := min(want, max((t-h)/int64(s.job.Conc), 1))
		if !s.head.CompareAndSwap(h, h+n) {
			continue
		}
		yields = 0
		s.run(h, n)
	}
}

// run maps the claimed inputs [h, h+n) in place, publishes them by one store
// and learns from the time they took.
func (s *sequence) run(h, n int64) {
	start := time.Now()
	for i := h; i < h+n; i++ {
		s.slots[i&sequenceMask] = s.job.Fn(s.slots[i&sequenceMask])
	}
	took := max(int64(time.Since(start)), 1)
	s.ends[h&sequenceMask].Store(h + n)
	s.output.wake()
	want := min(n*sequenceRun/took, 2*n, sequenceSlots/4)
	if n >= s.size.Load() || want < s.size.Load() {
		s.size.Store(max(want, 1))
	}
}

func (s *sequence) consume() {
	for r := int64(0); ; {
		hi := s.ends[r&sequenceMask].Load()
		if hi <= r {
			if s.closed.Load() && r == s.tail.Load() {
				return
			}
			s.output.wait(func() bool {
				return s.ends[r&sequenceMask].Load() > r || s.closed.Load() && r == s.tail.Load()
			})
			continue
		}
		for ; r < hi; r++ {
			s.job.Sink(s.slots[r&sequenceMask])
		}
		s.read.Store(r)
		if s.space.waiting.Load() > 0 && s.tail.Load()-r <= sequenceSlots/2 {
			s.space.wake()
		}
	}
}
