package progress

import (
	"math"
	"time"
)

// pace measures how fast something is counted: the rate of late, in which a moment counts
// less by half each time the half-life has passed. From the start it is the true mean, not one that has to
// find its way up from zero.
type pace struct {
	last    time.Time
	counted int
	n       float64 // what was counted, of late
	seconds float64 // it took
}

const halfLife = 10 * time.Second

// add notes that so many were counted by now.
func (p *pace) add(now time.Time, counted int) {
	if !p.last.IsZero() {
		passed := now.Sub(p.last).Seconds()
		if passed <= 0 {
			return
		}
		fade := math.Exp2(-passed / halfLife.Seconds())
		p.n = p.n*fade + float64(counted-p.counted)
		p.seconds = p.seconds*fade + passed
	}
	p.last, p.counted = now, counted
}

// perSecond is the rate, 0 while there is none: in the first second there is none to speak of.
func (p *pace) perSecond() float64 {
	if p.seconds < 1 || p.n <= 0 {
		return 0
	}
	return p.n / p.seconds
}

// left is how long it takes to count so many more, and whether anybody can tell.
func left(rate float64, more int) (time.Duration, bool) {
	if rate <= 0 || more < 0 {
		return 0, false
	}
	seconds := float64(more) / rate
	if seconds > longestETA.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// longestETA is the end of what is worth a forecast.
const longestETA = 100 * 24 * time.Hour
