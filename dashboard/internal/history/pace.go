package history

import (
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// pace is how fast a run goes: a sample for each second, and what follows from the last ones.
type pace struct {
	samples   ring[Sample]
	started   time.Time
	last      time.Time // of the last sample
	before    time.Time // of the one before it
	succeeded int       // at that time
	failed    int
	restored  int
	crashes   int
	refused   int
	rate      float64
	quiet     int // samples in a row in which nothing happened
	blocked   int // samples in which the reader held up the run
}

const (
	maxSamples = 300
	smoothing  = 10 // samples
)

func (p *pace) start(at time.Time) {
	p.samples.limit = maxSamples
	p.started, p.last, p.before = at, at, at
}

// note takes in the numbers of a second, and reports whether the charts have changed: they do
// while anything is in them. Without t, late takes in what attempts took.
func (p *pace) note(c mapper.Counts, crashes int, now time.Time, t *times) bool {
	s := Sample{
		Time: now, Succeeded: c.Succeeded - p.succeeded, Failed: c.Failed - p.failed, Restored: c.Restored - p.restored, Crashes: crashes - p.crashes,
		Refused: c.Refused - p.refused, Running: c.Running, Pending: c.Pending, Retrying: c.Retrying,
	}
	if t != nil {
		t.lap(&s)
	}
	if now.After(p.last) || s.Succeeded+s.Failed+s.Crashes+s.Refused > 0 {
		p.samples.put(s)
	}
	p.before, p.last = p.last, now
	p.succeeded, p.failed, p.restored, p.crashes, p.refused = c.Succeeded, c.Failed, c.Restored, crashes, c.Refused
	if heldUp(c) {
		p.blocked++
	}
	p.rate = p.recent(now)
	p.quiet++
	if s.Succeeded+s.Failed+s.Crashes+s.Refused+s.Running+s.Pending+s.Retrying != 0 {
		p.quiet = 0
	}
	return p.quiet <= maxSamples
}

// heldUp reports that a run can begin no more because the reader has not taken what is finished, and could:
// results that wait behind a slow input are not the reader's to take. Room is made for half of what may be
// outstanding at a time, and some of the other half executes, or is on its way.
func heldUp(c mapper.Counts) bool {
	return c.Window > 0 && c.Readable && c.Waiting >= c.Window/2-c.Window/8-1
}

// recent is the inputs settled a second over the last samples, but those that a journal had: they say nothing
// of how fast the rest goes. They begin where the one before them ended.
func (p *pace) recent(now time.Time) float64 {
	settled, n, since := 0, 0, p.started
	for s := range p.samples.latest() {
		if n == smoothing {
			since = s.Time
			break
		}
		settled += s.Succeeded + s.Failed - s.Restored
		n++
	}
	return perSecond(settled, now.Sub(since))
}

// late completes the last sample with attempts that were told of after it.
func (p *pace) late(t *times) {
	if s := p.samples.newest(); s != nil && t.second != nil && t.second.TotalCount() > 0 {
		t.lap(s)
	}
}

// end makes the rate that of the whole run.
func (p *pace) end(c mapper.Counts, took time.Duration) {
	p.rate = perSecond(c.Succeeded+c.Failed-c.Restored, took)
}

func perSecond(n int, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}
	return float64(n) / took.Seconds()
}

// eta is how long it takes at this rate; -1 where nobody knows.
func (p *pace) eta(c mapper.Counts, looping bool) time.Duration {
	if c.Inputs < 0 || p.rate <= 0 || looping {
		return -1
	}
	rest := max(c.Inputs-c.Succeeded-c.Failed-c.Cancelled, 0)
	return time.Duration(float64(rest) / p.rate * float64(time.Second)).Round(time.Second)
}

// share is how many of the samples found the run held up by its reader.
func (p *pace) share() float64 {
	if p.samples.total == 0 {
		return 0
	}
	return float64(p.blocked) / float64(p.samples.total)
}
