package policy

import (
	"cmp"
	"math"
	"math/rand/v2"
	"time"
)

// The defaults and bounds of Retries are those of Modal's modal.Retries, with one difference: a zero field means
// the default, as everywhere in Longshore, so an initial delay of 0 is 1 s and not "at once".
const (
	defaultCoefficient = 2.0
	maxCoefficient     = 10.0
	defaultInitial     = time.Second
	maxInitial         = time.Minute
	minMaxDelay        = time.Second
	defaultMaxDelay    = time.Minute
)

// Retries says how often and after what delay an input is tried again when the function fails it: when it returns an
// error or exceeds its timeout. The zero value means no retries. Crashes are another matter: they are charged to
// the input's crash limit and never use up a retry.
//
// A Retries is a plain value and safe for concurrent use.
type Retries struct {
	MaxRetries         int           // retries after the first attempt; 0 or more
	BackoffCoefficient float64       // growth of the delay from one retry to the next, 1.0 to 10.0. Zero means 2.0
	InitialDelay       time.Duration // delay of the first retry, at most 60 s. Zero means 1 s
	MaxDelay           time.Duration // no delay is longer; 1 s to 60 s. Zero means 60 s
	Jitter             float64       // share of each delay that is random, 0 to 1. Zero means exact delays
}

// FixedRetries is the integer shorthand of modal.Retries: n retries, each 1 s after the failure before it.
func FixedRetries(n int) Retries {
	return Retries{MaxRetries: n, BackoffCoefficient: 1, InitialDelay: time.Second}
}

// WithDefaults returns r with its zero fields filled in.
func (r Retries) WithDefaults() Retries {
	r.BackoffCoefficient = cmp.Or(r.BackoffCoefficient, defaultCoefficient)
	r.InitialDelay = cmp.Or(r.InitialDelay, defaultInitial)
	r.MaxDelay = cmp.Or(r.MaxDelay, defaultMaxDelay)
	return r
}

// Validate returns an *InvalidError for the first field out of bounds, or nil.
//
// An InitialDelay above MaxDelay is not an error: every delay is then MaxDelay. MaxRetries has no upper bound;
// Modal had one in its client and gave it up.
func (r Retries) Validate() error {
	r = r.WithDefaults()
	switch {
	case r.MaxRetries < 0:
		return invalid("MaxRetries", r.MaxRetries, "must be 0 or more")
	case outside(r.BackoffCoefficient, 1, maxCoefficient):
		return invalid("BackoffCoefficient", r.BackoffCoefficient, "must be from 1.0 to 10.0, or 0 for 2.0")
	case r.InitialDelay < 0 || r.InitialDelay > maxInitial:
		return invalid("InitialDelay", r.InitialDelay, "must be over 0 and at most 60s, or 0 for 1s")
	case r.MaxDelay < minMaxDelay || r.MaxDelay > defaultMaxDelay:
		return invalid("MaxDelay", r.MaxDelay, "must be from 1s to 60s, or 0 for 60s")
	case outside(r.Jitter, 0, 1):
		return invalid("Jitter", r.Jitter, "must be from 0 to 1")
	}
	return nil
}

// Delay is how long to wait before a retry, counted from 1: min(InitialDelay·BackoffCoefficient^(retry-1), MaxDelay).
// With Jitter j the last share j of it is random: j = 1 is full jitter, anything from 0 to the whole delay.
//
// It answers for every value and every retry, because a scheduler has no use for a panic: a retry below 1 has the
// delay of the first (modal.Retries raises an error there, for which a Duration has no room), and a field out of bounds
// counts as the nearest bound. MaxRetries plays no part: whether to retry is the caller's question.
func (r Retries) Delay(retry int) time.Duration {
	r = r.nearestValid()
	// In floating point, an overflow is +Inf and loses the comparison; in integers it would be a negative delay.
	delay := float64(r.InitialDelay) * math.Pow(r.BackoffCoefficient, float64(max(retry, 1)-1))
	delay = min(delay, float64(r.MaxDelay))
	if r.Jitter > 0 {
		delay *= 1 - r.Jitter*(1-rand.Float64())
	}
	return time.Duration(math.Round(delay))
}

// nearestValid pulls every field Delay reads into its bounds. NaN is near nothing and counts as the default.
func (r Retries) nearestValid() Retries {
	if math.IsNaN(r.BackoffCoefficient) {
		r.BackoffCoefficient = 0
	}
	if math.IsNaN(r.Jitter) {
		r.Jitter = 0
	}
	r = r.WithDefaults()
	r.BackoffCoefficient = min(max(r.BackoffCoefficient, 1), maxCoefficient)
	r.InitialDelay = min(max(r.InitialDelay, 1), maxInitial) // not 0: 0·∞ is NaN
	r.MaxDelay = min(max(r.MaxDelay, minMaxDelay), defaultMaxDelay)
	r.Jitter = min(max(r.Jitter, 0), 1)
	return r
}
