package mapper

import "time"

// The length of a claim follows the measured cost of an input, so that cheap inputs
// share what a synchronisation costs and slow ones go one by one.
const (
	claimTarget  = 30 * time.Microsecond // of work in one claim: two clock readings are 0.2 % of it
	remoteTarget = time.Millisecond      // where a claim has some way to go: a round trip is about 1 % of it
	maxClaim     = 1024
)

func (p *pool[In, Out]) claimTarget() time.Duration {
	if p.opts.Runtime != nil {
		return remoteTarget
	}
	return claimTarget
}

// Beginning an input costs an atomic operation, 6 ns, which is more than a no-op.
// Inputs as cheap as that are begun a few at a time. The price: those few share a
// fate if one of them, against all experience, is slow. Neither can another container
// take those behind it, nor the emitter see those before it, until it ends.
const cheapLease = 4

// cheap is what such an input costs at most; a variable for tests, since under the race
// detector nothing is cheap.
var cheap = 50 * time.Nanosecond

// adapt chooses the length of the next claim after n inputs took a time. It grows at
// most twofold, so that a slow input is never batched by a guess, and shrinks at once;
// a chunk that was short for another reason says nothing.
func (w *worker[In, Out]) adapt(e *engine[In, Out], n int, took time.Duration) {
	fits := int(min(int64(n)*int64(w.p.claimTarget())/max(int64(took), 1), maxClaim))
	want := w.want
	switch {
	case fits < want:
		want = max(fits, 1)
	case n >= want:
		want = min(fits, 2*n, e.maxClaim)
	}
	if w.p.opts.AtMostOnce && w.p.opts.Runtime != nil {
		want = 1 // of several that were lost together nobody knows which were begun
	}
	if want != w.want {
		w.want = want
		e.hint.Store(int64(want))
	}
	w.lease = 1
	if took > 0 && took < time.Duration(n)*cheap && w.p.opts.Timeout == 0 && !w.p.opts.AtMostOnce { // a synctest bubble takes no time at all
		w.lease = cheapLease
	}
}
