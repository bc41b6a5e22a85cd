package rules

import "time"

const (
	defaultCrashLimit = 3
	suspicion         = 2 // strikes from which an input runs alone
	mostCrashes       = 8 // crashes after which any input fails: Modal's limit for internal failures
)

// Ledger finds poison inputs: those that take their container down. It charges an input a strike for each crash it
// may be guilty of, and convicts it after limit strikes, limit-1 of which (but at least one) must be certain, on two
// machines if there are several. So with the limit of 3 an input that is always named fails at its third crash; one
// of eight that run together at its fourth, after two it shared with others.
//
// Innocents are protected: inputs that were only buffered are not reported at all, shared crashes strike but never convict
// by themselves, while the function is in doubt nobody is charged, and a success clears. To count crashes in flight and
// fail at a limit, as Dask does, failed 681 innocents beside 193 poison inputs in simulation (8 at a time, 1 % poison);
// this fails none. But every input ends: after max(8, limit) crashes, charged or not, it fails.
//
// It remembers only inputs that crashed: on the way of one that never does it costs nothing. A Ledger is not safe for
// concurrent use.
type Ledger struct {
	limit    int
	deployed bool
	machines int
	records  map[int]record // nil while nothing has crashed
}

type record struct {
	crashes          int // all, charged or not
	strikes, certain int
	machine          int  // of the first certain crash
	elsewhere        bool // a certain crash happened on another machine
	failed           bool
}

// Trial is how an input came to be in a crash, as far as the rules ask. The zero value is a crash that others shared,
// of a function that works.
type Trial struct {
	Machine int
	Certain bool // the input is the cause: the runtime names it, or the container was kept for it alone
	Looping bool // in a crash loop
	Doubt   bool // a round had crashed before, and nothing has finished since
	InReach bool // a fresh input could have been begun
	Control bool // of a re-run: some input had finished whose attempt was begun after the last crash of this one
	Sole    bool // no other input has crashed since one finished; see the type Sole
}

// Verdict is what a crash has made of an input.
type Verdict struct {
	Status  Status
	Charged bool

	// Wait is, on a deployed function, how long the input waits for its next attempt unless its control comes first. The
	// first of several such inputs must not be what every container is tried with.
	Wait time.Duration
}

// NewLedger returns an empty ledger that convicts at limit strikes, 0 meaning 3, of a run of its own or of a function
// that is deployed.
func NewLedger(limit int, deployed bool) *Ledger {
	if limit <= 0 {
		limit = defaultCrashLimit
	}
	return &Ledger{limit: limit, deployed: deployed}
}

// Machines says on how many machines containers run. While it is more than one, an input must crash on two of them:
// else one broken machine would convict whatever it is given.
func (l *Ledger) Machines(n int) { l.machines = n }

// Crash takes in that the input was executing in a container that crashed. Start-up crashes, and ends that nobody calls a
// crash (preemption, scale-down, drain, cancellation, a lost machine), must not be reported.
//
// It is certainly the cause if it was the one input that was executing, and the runtime names it or the container was kept
// for it alone. To be the only one left executing is not enough, as neighbours that have finished may have done the damage.
func (l *Ledger) Crash(input int, t Trial) Verdict {
	r := l.records[input]
	v := Verdict{Charged: l.charges(r, t)}
	r.crashes++
	if v.Charged {
		r.strike(t)
	}
	r.failed = r.failed || l.convicts(r)
	l.keep(input, r)
	v.Status = l.status(r)
	if l.deployed && v.Status != StatusFailed {
		v.Wait = doubled(time.Second, 30*time.Second, r.crashes-1)
	}
	return v
}

// charges reports whether the crash speaks against the input, not against the function.
func (l *Ledger) charges(r record, t Trial) bool {
	switch {
	case t.Looping, t.Doubt && t.InReach:
		return false
	case l.deployed && r.crashes > 0 && !t.Control:
		return t.Sole
	}
	return true
}

func (r *record) strike(t Trial) {
	r.strikes++
	if !t.Certain {
		return
	}
	if r.certain == 0 {
		r.machine = t.Machine
	}
	r.certain++
	r.elsewhere = r.elsewhere || t.Machine != r.machine
}

func (l *Ledger) convicts(r record) bool {
	proof := max(1, l.limit-1)
	switch {
	case r.crashes >= max(mostCrashes, l.limit):
		return true
	case r.strikes < l.limit || r.certain < proof:
		return false
	}
	return l.machines <= 1 || proof == 1 || r.elsewhere
}

func (l *Ledger) status(r record) Status {
	switch {
	case r.failed:
		return StatusFailed
	case r.strikes >= min(suspicion, l.limit):
		return StatusSuspect
	case r.crashes > 0:
		return StatusStruck
	}
	return StatusClean
}

// Record is what is held against an input, for whoever keeps it for longer than the ledger.
type Record struct {
	Crashes          int // all, charged or not
	Strikes, Certain int
}

// Record is what is held against the input.
func (l *Ledger) Record(input int) Record {
	r := l.records[input]
	return Record{Crashes: r.crashes, Strikes: r.strikes, Certain: r.certain}
}

// Restore has the ledger begin with what was held against the input, and returns what it thinks of it. It is convicted by
// no less than another crash.
func (l *Ledger) Restore(input int, kept Record) Status {
	r := record{crashes: kept.Crashes, strikes: kept.Strikes, certain: kept.Certain}
	l.keep(input, r)
	return l.status(r)
}

func (l *Ledger) keep(input int, r record) {
	if l.records == nil {
		l.records = map[int]record{}
	}
	l.records[input] = r
}

// Cleared says that the input has succeeded, or is settled: nothing is held against it any more.
func (l *Ledger) Cleared(input int) { delete(l.records, input) }

// Status is what the ledger thinks of the input now.
func (l *Ledger) Status(input int) Status {
	if len(l.records) == 0 {
		return StatusClean
	}
	return l.status(l.records[input])
}

// Strikes is the number of crashes charged to the input.
func (l *Ledger) Strikes(input int) int { return l.records[input].strikes }

// Crashes is the number of crashes that the input was in, charged or not.
func (l *Ledger) Crashes(input int) int { return l.records[input].crashes }

// Len is the number of inputs that crashed and are not settled.
func (l *Ledger) Len() int { return len(l.records) }
