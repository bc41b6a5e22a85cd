// Package pace says how many inputs a worker claims at once.
//
// The length of a claim follows the measured cost of an input, so that cheap inputs share
// what a synchronisation costs and slow ones go one by one.
package pace

import "time"

// How much work one claim is meant to be.
const (
	Here  = 30 * time.Microsecond // two clock readings are 0.2 % of it
	There = time.Millisecond      // where a claim has some way to go: a round trip is about 1 % of it
)

// Where the way is long, a claim is this many times as much work as the way takes, within a bound: with the next claim an
// input waits no longer than that for one which fails before it.
const (
	farFactor = 8
	farMost   = 50 * time.Millisecond
)

// By how much a claim grows at most: a slow input is never batched by a guess. Where each step is a round trip, fewer are taken.
const (
	growth    = 2
	farGrowth = 4
)

// MaxClaim is how many inputs one claim has at most.
const MaxClaim = 1024

// Cheap is what an input costs at most that is no dearer than a no-op.
const Cheap = 50 * time.Nanosecond

// Beginning an input costs an atomic operation, 6 ns, which is more than a no-op. Inputs as
// cheap as that are begun a few at a time. The price: those few share a fate if one of them,
// against all experience, is slow. Neither can another container take those behind it, nor
// the emitter see those before it, until it ends.
const cheapLease = 4

// Rules are those of a run.
type Rules struct {
	Target time.Duration // of work in one claim
	Max    int           // inputs in one claim
	Cheap  time.Duration // inputs that cost less are begun a few at a time; 0: none are
}

// Pacer is the pace of one worker. It changes between chunks.
type Pacer struct {
	Want  int // length of the next claim
	Lease int // how many inputs are begun at a time
}

// Reset begins anew with a length that others have found.
func (p *Pacer) Reset(want int) { p.Want, p.Lease = want, 1 }

// Far is Adapt, but fourfold, where a time is known that is work, of the time that the inputs took. The rest was the way, and waiting on
// it: the claim is to be worth that.
func (p *Pacer) Far(n int, took, work time.Duration, r Rules) bool {
	r.Target = min(max(took-work, 0), farMost) * farFactor
	r.Target = min(max(r.Target, There), farMost)
	return p.adapt(n, max(work, 1), r, farGrowth)
}

// Adapt chooses the length of the next claim after n inputs took a time, and reports whether
// it has changed. It grows at most twofold and shrinks at once; a chunk that was short for another reason says nothing. In a
// synctest bubble inputs take no time at all, and are not taken for cheap.
func (p *Pacer) Adapt(n int, took time.Duration, r Rules) bool { return p.adapt(n, took, r, growth) }

func (p *Pacer) adapt(n int, took time.Duration, r Rules, growth int) bool {
	fits := int(min(int64(n)*int64(r.Target)/max(int64(took), 1), MaxClaim))
	want := p.Want
	switch {
	case fits < want:
		want = max(fits, 1)
	case n >= want:
		want = min(fits, growth*n)
	}
	want = min(want, r.Max)
	p.Lease = 1
	if took > 0 && took < time.Duration(n)*r.Cheap {
		p.Lease = cheapLease
	}
	changed := want != p.Want
	p.Want = want
	return changed
}
