package history

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// record is what is known of one run or function.
type record struct {
	book     *Book
	id       uint64
	parent   uint64
	above    *record // of the function whose containers serve it; nil for a run of its own
	name     string
	function bool
	gauged   bool  // its containers may know their memory
	recycle  int64 // the memory at which they are replaced; 0: none
	started  time.Time
	policy   policy.Crashes
	settings Settings
	journal  bool             // it has one
	fleet    supervisor.Fleet // of its runtime; nil where it is on this machine

	version atomic.Uint64
	dropped atomic.Int64  // events of its pool
	over    chan struct{} // closed when its end was told of: events up to then are counted in dropped
	overed  sync.Once
	quit    chan struct{}
	quitted sync.Once
	closed  chan struct{} // closed when its last numbers are read
	done    chan struct{} // closed when it is not sampled any more

	mu     sync.Mutex
	view   mapper.View // nil at the end
	final  mapper.View // nil when the end was told of
	counts mapper.Counts
	pool   supervisor.Snapshot // without its containers, a second old; empty where above is not nil
	states map[string]int      // of lineages
	ended  time.Time
	status Status // at the end
	err    *supervisor.ErrorJSON
	at     int    // the input whose failure ended it; -1: none
	opened string // what was said of its journal

	series    pace
	loop      loop
	incidents incidents
	times     times
	causes    causes

	attempts  ring[attempt]
	inputs    troubles
	names     map[int]string // of inputs that have succeeded, at the end
	crew      crew
	gone      ring[Machine]
	crashes   int // that its inputs were in, of a run on a function
	lastCrash int // container
}

func newRecord(b *Book, v mapper.View, about mapper.About, above *record) *record {
	r := &record{
		book: b, id: about.ID, parent: about.Parent, above: above,
		name: clip(about.Name, describedLength), function: about.Function, started: about.Started, gauged: about.Options.Runtime != nil, recycle: about.Options.Recycle.Memory,
		policy: about.Options.Crashes, settings: settings(about), journal: about.Options.Journal != nil,
		over: make(chan struct{}), quit: make(chan struct{}), closed: make(chan struct{}), done: make(chan struct{}), view: v, final: v, lastCrash: -1, at: -1,
		attempts: ring[attempt]{limit: maxAttempts}, crew: newCrew(), fleet: fleetOf(about), gone: ring[Machine]{limit: maxGone},
	}
	r.counts, r.states = v.Counts(), map[string]int{}
	r.series.start(about.Started)
	return r
}

// live is the view, nil after the end. Of a run that has just ended it waits for the last numbers:
// whoever has joined a run and asks for it is not told that it goes on.
func (r *record) live() mapper.View {
	v := r.kept()
	if v == nil {
		return nil
	}
	select {
	case <-v.Done():
	default:
		return v
	}
	select {
	case <-r.closed:
	case <-r.done:
	}
	return nil
}

func (r *record) kept() mapper.View {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.view
}

// containers is the record that knows of the containers that serve r.
func (r *record) containers() *record {
	if r.above != nil {
		return r.above
	}
	return r
}

// finish takes in that the end was told of: the last moment at which inputs are at hand.
func (r *record) finish() {
	r.overed.Do(func() {
		if v := r.ending(); v != nil {
			names := r.describe(v)
			r.mu.Lock()
			r.names = names
			r.mu.Unlock()
		}
		close(r.over)
	})
}

// ending is the view until nothing more is asked of it.
func (r *record) ending() mapper.View {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.final
}

// stop ends the reading of numbers.
func (r *record) stop() { r.quitted.Do(func() { close(r.quit) }) }

// container takes in an event about a container, or all of them.
func (r *record) container(ev *supervisor.Event) {
	if ev.Kind == supervisor.ContainerCrashed {
		r.crashed(ev)
		return
	}
	note, refused := "", r.refused(ev.Kind)
	if ev.Err != nil && ev.Kind == supervisor.ExitFailed {
		note = "exit failed: " + cause.Of(ev.Err).Title
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version.Add(1)
	switch ev.Kind {
	case supervisor.CrashLoopOpened:
		r.loop.opened(max(r.crew.told, r.pool.Crashes), ev.Time)
		r.incidents.begin(ev.Time, refused, r.crew.lastCrash())
	case supervisor.CrashLoopClosed:
		r.loop.closed(ev.Time)
		r.incidents.end(ev.Time, refused)
	case supervisor.Cutoff:
		r.incidents.cutoff(ev.Time, max(r.crew.told, r.pool.Crashes), r.crew.lastCrash())
	case supervisor.MachineLeft, supervisor.MachineLost:
		r.left(ev)
	case supervisor.ContainerPrinted:
		r.crew.say(r.crew.life(ev.Container, ev.Lineage), ev)
	default:
		if stateOf[ev.Kind] != "" {
			r.crew.changed(ev, r.counts.Release, note)
		}
		if ev.Kind == supervisor.ContainerStarted {
			r.incidents.started()
		}
	}
}

// crashed takes in the crash of a container.
func (r *record) crashed(ev *supervisor.Event) {
	crash := &Crash{
		Time: ev.Time, Container: ev.Container, Lineage: ev.Lineage, Input: ev.Input,
		InARow: ev.Crashes, Next: ev.Next, Error: wholeErrorOf(ev.Err),
	}
	f := finding{cause: r.book.memo.of(ev.Err, crash.Error), crash: true, time: ev.Time, input: -1, whole: crash.Error}
	crash.Cause = f.cause.Key
	if ev.Input >= 0 && !r.function {
		crash.Run, f.input = r.id, ev.Input
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.version.Add(1)
	r.crew.crashed(r.crew.changed(ev, 0, reasonOf(crash.Error)), crash)
	r.causes.add(f)
	r.incidents.crashed(r.crew.lastCrash())
}

// refused is how many calls have been so far, where a crash loop begins or ends.
func (r *record) refused(kind supervisor.Kind) int {
	if v := r.kept(); v != nil && (kind == supervisor.CrashLoopOpened || kind == supervisor.CrashLoopClosed) {
		return v.Counts().Refused
	}
	return 0
}

// strike takes in which input was in the crash of a container.
func (r *record) strike(container int, s strike) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.crew.strike(container, s)
	r.incidents.blame(r.crew.lastCrash())
	r.version.Add(1)
}

// lost is how many events did not get here, of all that its containers had to tell.
func (r *record) lost(counts mapper.Counts) int64 {
	lost := r.containers().dropped.Load()
	select {
	case <-r.over:
		return lost
	default:
	}
	if r.view == nil {
		return max(lost, int64(counts.Dropped)) // the end itself was lost
	}
	return lost
}
