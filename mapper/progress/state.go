package progress

import (
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// state is how a run or a function stands at one moment. What is drawn is a function of it.
type state struct {
	name      string // clean
	function  bool
	counts    mapper.Counts
	elapsed   time.Duration
	rate      float64 // inputs settled a second; 0 for none yet
	looping   bool    // crash-looping
	waiting   int     // containers that are backing off, or that crash again and again
	nextStart time.Duration
	cause     string // of the last crash, in a crash loop
}

func (s state) settled() int { return s.counts.Succeeded + s.counts.Failed + s.counts.Cancelled }

// worked is what was settled in this life: what a journal restores says nothing of how fast the rest goes.
func (s state) worked() int { return s.settled() - s.counts.Restored }

// eta is the time left. Nobody knows it where the number of inputs is not known; and of a
// function that is crash-looping, a rate of before says nothing.
func (s state) eta() (time.Duration, bool) {
	if s.counts.Inputs < 0 || s.looping {
		return 0, false
	}
	return left(s.rate, s.counts.Inputs-s.settled())
}
