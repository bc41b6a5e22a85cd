package history

import (
	"maps"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// maxShownCrashes is how many a Run has; see ContainerStory for those of a lineage.
const maxShownCrashes = 50

// Run is one run or function, false if it is not kept.
func (b *Book) Run(id uint64) (Run, bool) {
	r := b.find(id)
	if r == nil {
		return Run{}, false
	}
	return r.show(time.Now()), true
}

// now is the numbers of a run at this moment, the last ones after its end.
type moment struct {
	counts mapper.Counts
	pool   supervisor.Snapshot // of the containers that serve it
	states map[string]int      // of lineages
	live   bool
	now    time.Time
}

// look is r at this moment.
func (r *record) lookAt(now time.Time) moment {
	m := moment{now: now, live: true}
	if v := r.live(); v != nil {
		m.counts, m.pool = v.Counts(), v.Pool()
		m.states = lineages(m.pool)
		return m
	}
	home := r.containers()
	home.mu.Lock()
	m.pool, m.states = home.pool, maps.Clone(home.states)
	home.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	m.counts, m.live = r.counts, false
	m.pool.CrashLooping = m.pool.CrashLooping && r == home
	return m
}

// brief is what a row of the overview shows, and a page too.
func (r *record) brief(m moment) Run {
	home := r.containers()
	home.mu.Lock()
	var last *Crash
	for crash := range home.crew.crashes.latest() {
		last = crash
		break
	}
	begun, again := home.loop, home.incidents.recovered()
	home.mu.Unlock()

	run := Run{
		ID: r.id, Parent: r.parent, Name: r.name, Function: r.function, Started: r.started, Status: Running,
		Start: r.book.start, Counts: countsOf(m.counts), Pool: poolOf(m.pool, m.states), Limits: limitsOf(m.pool, home.policy),
		Settings: append(Settings{}, r.settings...), Causes: []Cause{}, Crashes: []Crash{}, Series: []Sample{}, Incidents: []Incident{},
	}
	if m.live {
		run.Loop = loopOf(begun, m.pool, home.policy, last, m.now)
	}
	switch {
	case m.live && m.counts.Paused:
		run.Status = Paused
	case run.Loop == nil:
	case r == home:
		run.Status = CrashLooping
	default:
		run.Status = Waiting
	}
	run.OwnContainers, run.OwnCrashes = m.pool.Live, m.pool.Crashes
	if r != home {
		run.OwnContainers = len(r.busy())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	run.Rate, run.Blocked, run.Latency = r.series.rate, r.series.share(), r.times.latency()
	run.FailedAt = r.at
	run.Journal = journalOf(r.journal, r.opened, m.counts)
	run.Others, run.Lost = r.causes.others, r.lost(m.counts)
	run.ETA, run.Recovered = r.series.eta(m.counts, m.pool.CrashLooping), again
	if r != home {
		run.OwnCrashes = r.crashes
	}
	if !r.ended.IsZero() {
		run.Status, run.Ended, run.Error, run.ETA = r.status, r.ended, r.err, 0
	}
	return run
}

// show is all of it.
func (r *record) show(now time.Time) Run {
	run := r.brief(r.lookAt(now))
	run.Machines = r.machines()
	home := r.containers()
	home.mu.Lock()
	run.Incidents = during(home.incidents.list(), run)
	for crash := range home.crew.crashes.latest() {
		if len(run.Crashes) == maxShownCrashes {
			break
		}
		if r == home || crash.Run == r.id {
			run.Crashes = append(run.Crashes, *crash)
		}
	}
	home.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	run.Causes, run.Series = r.causes.list(), r.series.samples.inOrder()
	r.retryable(run.Causes)
	return run
}

// lineages counts them by state.
func lineages(pool supervisor.Snapshot) map[string]int {
	states := map[string]int{}
	for _, c := range pool.Containers {
		states[string(c.State)]++
	}
	return states
}

func countsOf(c mapper.Counts) Counts {
	return Counts{
		Inputs: c.Inputs, Pending: c.Pending, Running: c.Running, Retrying: c.Retrying,
		Succeeded: c.Succeeded, Failed: c.Failed, Cancelled: c.Cancelled,
		Retries: c.Retries, Reruns: c.Reruns, TimedOut: c.TimedOut,
		Waiting: c.Waiting, Window: c.Window, Refused: c.Refused, Runs: c.Runs, Release: c.Release,
		Throttled: c.Throttled, Hedges: c.Hedges, Held: Held(c.Held),
	}
}

func poolOf(p supervisor.Snapshot, states map[string]int) Pool {
	return Pool{
		Wanted: p.Wanted, Live: p.Live, Starts: p.Starts, Crashes: p.Crashes,
		Abandoned: p.Abandoned, Lingering: p.Lingering, ByState: states,
	}
}

// during is the incidents that fell into the life of a run.
func during(all []Incident, run Run) []Incident {
	return slices.DeleteFunc(all, func(one Incident) bool {
		return !one.Ended.IsZero() && one.Ended.Before(run.Started) || !run.Ended.IsZero() && one.Began.After(run.Ended)
	})
}
