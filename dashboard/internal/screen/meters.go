package screen

import (
	"fmt"
	"time"

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
	f.Bar = gaugeIn("red", f.Failed, f.Settled, fmt.Sprintf("%s of %s failed", amount.Number(f.Failed), amount.Number(f.Settled)))
	return f
}
