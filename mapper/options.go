package mapper

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"time"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Options says how a run is done. The zero value works: as many containers as
// GOMAXPROCS, no retries, no timeout, ordered results, stop at the first failure.
type Options struct {
	// Name of the function, for events. Zero means no name.
	Name string

	// Containers is how many attempts run at the same time at most. Zero means GOMAXPROCS, and as many as there is
	// room for with a Runtime that is a supervisor.Elastic. Containers that no input has needed yet are not started.
	Containers int

	// Retries after application failures: an error of the function, or a timeout.
	// Zero means none.
	Retries policy.Retries

	// Timeout of one attempt. The time that an input waits for a container does not count.
	// The attempt's own context ends as after a deadline: its Err, and that of all which descend
	// from it, is context.DeadlineExceeded, with the cause ErrTimeout. Where the program is stopped
	// meanwhile, as by Ctrl-Z, what has come of the attempt by then is heard first. Zero means none.
	Timeout time.Duration

	// TotalTimeout of one input, from the begin of its first attempt: all attempts, the delays of retries, and
	// whatever else it waits for between them, a pause too. What runs is cut then, as by Timeout. A retry that
	// would begin at that time or later does not: the input fails at once. Its error is a *[TimeoutError] with
	// Total. The wait before the first attempt does not count. Zero means none.
	TotalTimeout time.Duration

	// StartTimeout limits the start of a container that has one: the enter of a body with
	// state. Its context ends then, and the start is a crash with a *StartTimeoutError. Zero
	// means 10 s.
	StartTimeout time.Duration

	// Grace is how long an attempt may go on after its context has ended. A goroutine
	// cannot be killed: one that outlives the grace is abandoned, counted in Stats,
	// and replaced. Zero means 1 s.
	Grace time.Duration

	// ExitGrace limits the exit of a container: its context ends then. Zero means 30 s.
	ExitGrace time.Duration

	// MaxInputs is how many attempts may execute in one container at the same time, each
	// with a context of its own, 1 to 1000; for a function over batches, how many
	// batches. If one of them crashes, so does the container: the others are cancelled, and
	// executed elsewhere if they return no value within Grace. Zero means 1.
	MaxInputs int

	// TargetInputs is how many attempts a container is meant to execute at the same time.
	// It executes more, up to MaxInputs, only when no further container may be started. It
	// cannot be greater than MaxInputs. Zero means MaxInputs.
	TargetInputs int

	// Recycle says when containers are replaced although nothing is wrong with them. Zero
	// means never.
	Recycle Recycle

	// Scale says how many containers a deployed function has, see Deploy. A run of its own
	// has Containers and refuses it.
	Scale Scale

	// Rate is how often attempts begin, retries, re-runs and batches included, of all runs and calls of a function
	// together. What waits for its turn holds no container, and its Timeout has not begun. The limiter may be
	// shared with others, each of whom may keep one turn ready for itself, and changed at any time; within a second
	// that is in force. Nil means no limit.
	Rate *rate.Limiter

	// Adaptive finds out how many attempts the other side bears, between its Min and Containers. Zero means that there are
	// as many as Containers.
	Adaptive policy.Adaptive

	// Capacity is how much inputs under way may weigh together, of a body that is [Body.Weighted]. Zero means that inputs
	// have no weight.
	Capacity int64

	// ReturnExceptions makes every failure a Result in its place, and the run goes
	// on. False means that the first input to fail for good ends the run.
	ReturnExceptions bool

	// FailureLimit ends a run with ReturnExceptions when too many inputs have failed for good, with a
	// *[FailureLimitError] that unwraps to the last failure: what is left fails with it. A function that
	// is deployed refuses it. Zero means no limit.
	FailureLimit policy.FailureLimit

	// Unordered delivers results in completion order instead of input order.
	Unordered bool

	// Outstanding limits the inputs taken and not yet delivered, and with them the
	// memory of a run. Fewer than Containers limits the attempts as well. Collect and
	// Each hold everything anyway and ignore it. Zero means max(1000, 16·Containers), and 65,536
	// where Containers follow the room of a Runtime.
	Outstanding int

	// Hedge has a second attempt of an input begin, once an input and in another container, while the first
	// is slow. What succeeds first counts, and the other is cancelled with the cause [ErrHedged]: so the
	// function must bear to be called twice for an input, at the same time. A failure decides nothing while
	// the other attempt runs, and if both fail that is one retry; a crash is charged at once. A hedge goes
	// before fresh inputs, and takes the place of one: there are never more attempts than containers have
	// room for. It does not wait for a token of Rate, so that there are none where Rate holds inputs up.
	// Attempts counts both. Each claim is one input then, which costs some microseconds. Refused with
	// AtMostOnce, and by functions over batches and Stream. Zero means none.
	Hedge policy.Hedge

	// Crashes is what to do about crashing containers: policy.Ephemeral gives up when
	// crashes outweigh progress, policy.Deployed never does. Bad inputs among good ones are
	// no reason for either, and the last few inputs of a run end by their CrashLimit. Nil
	// means policy.Ephemeral{}, and policy.Deployed{} for Deploy.
	Crashes policy.Crashes

	// CrashLimit is how many crashes one input may cause before it fails as poison. Not
	// counted are crashes while it is open whether the function works at all: in a crash
	// loop, or when 32 inputs have crashed one after the other and others can be tried. But
	// none is in more than 8, or CrashLimit if that is more. Zero means 3.
	CrashLimit int

	// AtMostOnce never begins an input again that was begun: no re-runs, and no
	// retries whatever Retries says. False means at least once.
	AtMostOnce bool

	// Runtime makes the containers: worker processes, see package supervisor/process. It
	// must know the function, and a container executes one input at a time. Nil
	// means goroutines.
	Runtime supervisor.Runtime

	// Journal outlives the process: what it has recorded is not executed again, see package
	// mapper/journal. A result is delivered once it is recorded, at most 20 ms later. Nil means
	// that nothing outlives the process. Deploy refuses it: a run has one, see RunOptions.
	Journal Journal

	// Observer is told of the events of the run, one at a time, on a goroutine of its own.
	// A function is one as supervisor.ObserverFunc, several are one as supervisor.Observers. It
	// never delays the work: what it is too slow for is dropped and counted in Stats. At the end
	// the run waits for it, at most Grace. One that is a [Watcher] is shown the run itself. Nil
	// means that there are no events at all.
	Observer supervisor.Observer
}

const (
	minOutstanding          = 1000
	outstandingPerContainer = 16
	elasticOutstanding      = 1 << 16 // where the number of containers is not known
	defaultCalls            = 2000
	defaultExitGrace        = 30 * time.Second
)

// filled returns the options with their defaults in place, or a
// *policy.InvalidError that names the field.
func (o Options) filled() (Options, error) {
	if err := o.Validate(); err != nil {
		return o, err
	}
	if _, elastic := o.Runtime.(supervisor.Elastic); elastic && o.Containers == 0 {
		o.Containers = maxContainers
		o.Outstanding = cmp.Or(o.Outstanding, elasticOutstanding)
	}
	o.Containers = cmp.Or(o.Containers, runtime.GOMAXPROCS(0))
	o.Timeout, o.TotalTimeout = min(o.Timeout, forever), min(o.TotalTimeout, forever)
	o.StartTimeout = min(cmp.Or(o.StartTimeout, 10*time.Second), forever)
	o.Grace = min(cmp.Or(o.Grace, time.Second), forever)
	o.ExitGrace = min(cmp.Or(o.ExitGrace, defaultExitGrace), forever)
	o.MaxInputs = cmp.Or(o.MaxInputs, 1)
	o.TargetInputs = cmp.Or(o.TargetInputs, o.MaxInputs)
	o.Recycle.Age = min(o.Recycle.Age, forever)
	o.Outstanding = cmp.Or(o.Outstanding, max(minOutstanding, outstandingPerContainer*o.Containers))
	if o.Crashes == nil {
		o.Crashes = policy.Ephemeral{}
	}
	return o, nil
}

// deployed returns the options of a function with their defaults in place.
func (o Options) deployed() (Options, error) {
	if o.ReturnExceptions || o.Unordered {
		return o, invalid("ReturnExceptions, Unordered", true, "are of a run: see RunOptions")
	}
	if o.FailureLimit != (policy.FailureLimit{}) {
		return o, invalid("FailureLimit", o.FailureLimit, "is of a run of its own")
	}
	if o.Journal != nil {
		return o, invalid("Journal", fmt.Sprintf("%T", o.Journal), "is of a run: see RunOptions. Calls have none")
	}
	if o.Crashes == nil {
		o.Crashes = policy.Deployed{}
	}
	if o.Containers > 0 && o.Scale.Max > 0 && o.Containers != o.Scale.Max {
		return o, invalid("Containers", o.Containers, fmt.Sprintf("differs from Scale.Max, %d, which says the same: set one of them", o.Scale.Max))
	}
	if o.Containers == 0 {
		if err := o.Scale.Validate(); err != nil { // here its Max still has its own name
			return o, err
		}
		o.Containers = o.Scale.Max
	}
	o.Outstanding = cmp.Or(o.Outstanding, defaultCalls)
	o, err := o.filled()
	if err != nil {
		return o, err
	}
	o.Scale, err = o.Scale.filled(o.Containers)
	return o, err
}

// Validate returns nil, or a *policy.InvalidError that names the first bad field. Every
// run validates its options by itself; a program may want to know earlier.
func (o Options) Validate() error {
	for _, f := range []struct {
		name       string
		value, max int
	}{
		{"Containers", o.Containers, maxContainers},
		{"Outstanding", o.Outstanding, maxOutstanding},
		{"CrashLimit", o.CrashLimit, math.MaxInt32},
		{"MaxInputs", o.MaxInputs, maxInputs},
		{"TargetInputs", o.TargetInputs, maxInputs},
		{"Recycle.Inputs", o.Recycle.Inputs, math.MaxInt},
	} {
		if f.value < 0 || f.value > f.max {
			return invalid(f.name, f.value, fmt.Sprintf("must be 0 (the default) to %d", f.max))
		}
	}
	for _, f := range []struct {
		name  string
		value time.Duration
	}{
		{"Timeout", o.Timeout},
		{"TotalTimeout", o.TotalTimeout},
		{"StartTimeout", o.StartTimeout},
		{"Grace", o.Grace},
		{"ExitGrace", o.ExitGrace},
		{"Recycle.Age", o.Recycle.Age},
	} {
		if f.value < 0 {
			return invalid(f.name, f.value, "must not be negative")
		}
	}
	if err := validRate(o.Rate); err != nil {
		return err
	}
	if err := o.Adaptive.Validate(); err != nil {
		return err
	}
	if o.Capacity < 0 {
		return invalid("Capacity", o.Capacity, "must not be negative")
	}
	if o.FailureLimit != (policy.FailureLimit{}) && !o.ReturnExceptions {
		return invalid("FailureLimit", o.FailureLimit, "needs ReturnExceptions: without, the first failure ends the run")
	}
	if err := o.FailureLimit.Validate(); err != nil {
		return err
	}
	if o.Hedge != (policy.Hedge{}) && o.AtMostOnce {
		return invalid("Hedge", o.Hedge, "cannot be with AtMostOnce: an input would begin twice")
	}
	if err := o.Hedge.Validate(); err != nil {
		return err
	}
	if o.TargetInputs > max(o.MaxInputs, 1) {
		return invalid("TargetInputs", o.TargetInputs, "cannot be greater than MaxInputs")
	}
	if err := o.Scale.Validate(); err != nil {
		return err
	}
	switch {
	case o.Recycle.Memory < 0:
		return invalid("Recycle.Memory", o.Recycle.Memory, "must not be negative")
	case o.Recycle.Memory > 0 && o.Runtime == nil:
		return invalid("Recycle.Memory", o.Recycle.Memory, "needs a Runtime: goroutines have no memory of their own")
	}
	if isNil(o.Runtime) {
		return invalid("Runtime", fmt.Sprintf("%T", o.Runtime), "is a nil pointer: leave the field out for goroutines")
	}
	if isNil(o.Journal) {
		return invalid("Journal", fmt.Sprintf("%T", o.Journal), "is a nil pointer: was there an error when it was opened?")
	}
	if o.Runtime != nil && o.MaxInputs > 1 {
		return invalid("MaxInputs", o.MaxInputs, "must be 1 with a Runtime")
	}
	switch p := o.Crashes.(type) {
	case nil:
	case policy.Ephemeral, policy.Deployed:
		if err := p.Validate(); err != nil {
			return err
		}
	default:
		return invalid("Crashes", fmt.Sprintf("%T", p), "must be a policy.Ephemeral or a policy.Deployed, by value")
	}
	return o.Retries.Validate()
}

// validRate refuses a limiter by which nothing ever begins, or that limits nothing although it looks so. A limit of 0 may be
// meant: it holds everything until it is changed.
func validRate(l *rate.Limiter) error {
	switch {
	case l == nil:
		return nil
	case !(l.Limit() >= 0): // NaN, too
		return invalid("Rate", l.Limit(), "must have a limit of at least 0")
	case l.Burst() <= 0 && l.Limit() != rate.Inf:
		return invalid("Rate", l.Burst(), "must have a burst of at least 1: with none nothing ever begins")
	}
	return nil
}
