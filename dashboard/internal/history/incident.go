package history

import (
	"slices"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Incident is a crash loop, or the moment at which a run was cut off. It outlives what it was about, so that
// whoever looks in the morning sees what was in the night.
type Incident struct {
	Kind  string    `json:"kind"` // crash_loop or cutoff
	Began time.Time `json:"began"`
	Ended time.Time `json:"ended,omitzero"` // zero: it lasts

	Cause     string `json:"cause"` // the key of that of its last crash
	Reason    string `json:"reason"`
	Container int    `json:"container"`     // of that crash; -1: not known
	Run       uint64 `json:"run,omitempty"` // whose input that was on; 0: not known
	Input     int    `json:"input"`         // -1: none
	Described string `json:"described,omitempty"`

	Crashes int `json:"crashes"`       // within it
	Starts  int `json:"starts_tried"`  // within it
	Refused int `json:"refused_calls"` // within it: the function had no place for them
}

// The kinds of incidents.
const (
	CrashLoop = "crash_loop"
	Cutoff    = "cutoff"
)

const (
	maxIncidents  = 100
	reasonLength  = 300
	relapse       = 10 * time.Second
	noticedWithin = 10 * time.Minute // for so long a page says that a function has recovered
)

// incidents is the latest of them, and the one that lasts.
type incidents struct {
	all  ring[*Incident]
	open *Incident
	base int // calls refused before the latest crash loop
	gap  gap // since it ended
}

// gap is what has happened since a crash loop ended. If that comes back it was within one incident.
type gap struct{ crashes, starts int }

// begin takes in that a crash loop has begun, with a crash. One that comes back soon is the same incident.
func (in *incidents) begin(at time.Time, refused int, crash *Crash) {
	if in.open != nil {
		return
	}
	in.all.limit = maxIncidents
	if last := in.all.newest(); last != nil && (*last).Kind == CrashLoop && at.Sub((*last).Ended) < relapse {
		in.open = *last
		in.open.Ended = time.Time{}
		in.open.Crashes += max(in.gap.crashes, 1) // the one that it comes back with may not have been told of
		in.open.Starts += in.gap.starts
		in.refuse(refused)
		in.blame(crash)
		return
	}
	in.open, in.base = &Incident{Kind: CrashLoop, Began: at, Container: -1, Input: -1, Crashes: 1}, refused
	in.all.put(in.open)
	in.blame(crash)
}

// end takes in that it is over.
func (in *incidents) end(at time.Time, refused int) {
	if in.open != nil {
		in.refuse(refused)
		in.open.Ended = at
		in.open, in.gap = nil, gap{}
	}
}

// cutoff is an incident of a moment, and the end of what lasts.
func (in *incidents) cutoff(at time.Time, crashes int, crash *Crash) {
	in.all.limit = maxIncidents
	one := &Incident{Kind: Cutoff, Began: at, Ended: at, Container: -1, Input: -1, Crashes: crashes}
	in.all.put(one)
	one.blame(crash)
}

// settle is the end of a run, with all its crashes: some are told of after its cutoff.
func (in *incidents) settle(crashes int) {
	if last := in.all.newest(); last != nil && (*last).Kind == Cutoff {
		(*last).Crashes = max((*last).Crashes, crashes)
	}
}

// crashed counts a crash.
func (in *incidents) crashed(crash *Crash) {
	if in.open == nil {
		in.gap.crashes++
		return
	}
	in.open.Crashes++
	in.blame(crash)
}

// blame says which crash was the last one.
func (in *incidents) blame(crash *Crash) {
	if in.open != nil {
		in.open.blame(crash)
	}
}

func (one *Incident) blame(crash *Crash) {
	if crash == nil {
		return
	}
	one.Cause, one.Container, one.Run, one.Input, one.Described = crash.Cause, crash.Container, crash.Run, crash.Input, crash.Described
	one.Reason = reasonOf(crash.Error)
}

// reasonOf is why a container crashed, in a line.
func reasonOf(err *supervisor.ErrorJSON) string {
	switch {
	case err == nil:
		return ""
	case err.Crash != nil:
		return clip(err.Crash.Reason, reasonLength)
	}
	return clip(err.Text, reasonLength)
}

func (in *incidents) started() {
	if in.open == nil {
		in.gap.starts++
		return
	}
	in.open.Starts++
}

func (in *incidents) refuse(refused int) {
	if in.open != nil {
		in.open.Refused = max(refused-in.base, in.open.Refused)
	}
}

// list is a copy, the latest first.
func (in *incidents) list() []Incident {
	all := make([]Incident, 0, len(in.all.items))
	for one := range in.all.latest() {
		all = append(all, *one)
	}
	return all
}

// recovered is when the last crash loop ended, zero while one lasts, and where there was none.
func (in *incidents) recovered() time.Time {
	if in.open != nil {
		return time.Time{}
	}
	for one := range in.all.latest() {
		if one.Kind == CrashLoop {
			return one.Ended
		}
	}
	return time.Time{}
}

// Recent is the incident of late: it lasts, or ended within the last minutes; nil if there is none.
func (r Run) Recent(now time.Time) *Incident {
	i := slices.IndexFunc(r.Incidents, func(one Incident) bool {
		return one.Kind == CrashLoop && (one.Ended.IsZero() || now.Sub(one.Ended) < noticedWithin)
	})
	if i < 0 {
		return nil
	}
	return &r.Incidents[i]
}
