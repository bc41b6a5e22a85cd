package history

import (
	"cmp"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// maxDone is how many entries there are for inputs that have succeeded.
const maxDone = 1000

// The states of an input.
const (
	pending   = "pending"
	running   = "running"
	cancelled = "cancelled"
)

// Inputs is the inputs that are known one by one: first those that execute, then those that wait
// for another attempt, those that have failed or were left unfinished, and the
// latest that have succeeded; of each the ones heard of last come first. It is false if
// the run is not kept.
func (b *Book) Inputs(id uint64, f InputFilter) (Page[Input], bool) {
	r := b.find(id)
	if r == nil {
		return Page[Input]{}, false
	}
	all, capped := r.known(time.Now())
	all = slices.DeleteFunc(all, func(in Input) bool { return !f.match(in) })
	if f.Text != "" {
		r.fill(all)
		all = slices.DeleteFunc(all, func(in Input) bool { return !in.says(f.Text) })
	}
	items := append([]Input{}, paged(all, f.Offset, f.Limit)...)
	r.fill(items)
	return Page[Input]{Items: items, Total: len(all), Offset: max(f.Offset, 0), Capped: capped}, true
}

func (f InputFilter) match(in Input) bool {
	return (f.State == "" || f.State == in.State) && (f.Cause == "" || f.Cause == in.Cause) &&
		(f.Container < 0 || f.Container == in.Container)
}

func (in Input) says(text string) bool {
	return contains(in.Described, text) || in.Error != nil && contains(in.Error.Text, text)
}

// known is all that are known one by one, in order, and whether there were more. The running ones
// may have been in trouble before, and are shown once.
func (r *record) known(now time.Time) ([]Input, bool) {
	m, busy := r.lookAt(now), r.busy()
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Input, 0, len(busy)+len(r.inputs.byIndex)+maxDone)
	shown := make(map[int]bool, len(busy))
	for _, c := range busy {
		all = append(all, r.runs(c, m.now))
		shown[c.Input] = true
	}
	var byState [len(order)][]*trouble
	for e := r.inputs.order.Front(); e != nil; e = e.Next() {
		if it := e.Value.(*trouble); !shown[it.index] {
			i := slices.Index(order[:], it.state(m))
			byState[i] = append(byState[i], it)
		}
	}
	for _, some := range byState {
		for _, it := range some {
			all = append(all, it.show(r, m))
		}
	}
	done := r.lastDone()
	for _, a := range done {
		all = append(all, a.done(r.id))
	}
	return all, r.inputs.gone || len(done) == maxDone || r.attempts.full()
}

// order is that of states in the list.
var order = [...]string{retrying, failed, cancelled, succeeded}

// busy is what the containers execute of this run, by container.
func (r *record) busy() []mapper.ContainerView {
	v := r.live()
	if v == nil {
		return nil
	}
	all := slices.DeleteFunc(v.Containers(), func(c mapper.ContainerView) bool { return c.Run != r.id || c.Input < 0 })
	slices.SortFunc(all, func(a, b mapper.ContainerView) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// runs is an input that executes. The caller holds r.mu.
func (r *record) runs(c mapper.ContainerView, now time.Time) Input {
	in := Input{
		Run: r.id, Index: c.Input, State: running, Attempts: c.Attempt, Container: c.ID,
		Time: now.Add(-c.Since), Took: c.Since,
	}
	if it := r.inputs.get(c.Input); it != nil {
		in.Described, in.Cause, in.Error = it.described, it.cause, it.err
	}
	return in
}

// show is an input that something went wrong with. The caller holds r.mu.
func (it *trouble) show(r *record, m moment) Input {
	return Input{
		Run: r.id, Index: it.index, State: it.state(m), Described: it.described, Attempts: it.attempts,
		Container: it.container, Time: it.time, Took: it.took, Next: it.next, Cause: it.cause, Error: it.err,
	}
}

// state is that of an input which does not execute. Where nothing waits for another attempt any
// more, the input has got its attempt: had it failed, that would have been told,
// for events of trouble are the last to be lost.
func (it *trouble) state(m moment) string {
	switch {
	case it.final && (it.outcome == succeeded || it.outcome == cancelled):
		return it.outcome
	case it.final:
		return failed
	case !m.live && m.counts.Cancelled > 0:
		return cancelled
	case m.counts.Retrying == 0 && m.counts.Running == 0 && (!m.live || m.counts.Pending == 0):
		return succeeded
	default:
		return retrying
	}
}

// lastDone is the attempts by which inputs have succeeded last, without those that are known to
// have been in trouble. The caller holds r.mu.
func (r *record) lastDone() []attempt {
	var done []attempt
	for a := range r.attempts.latest() {
		if a.run != r.id || a.failed == a.count {
			continue
		}
		if a = r.inputs.without(a); a.count > 0 {
			done = append(done, a)
		}
		if len(done) == maxDone {
			break
		}
	}
	return done
}

// without is a chunk without its inputs that are known to have been in trouble. It is empty where
// some have failed that are not known: nobody can tell which have succeeded then.
func (t *troubles) without(a attempt) attempt {
	if a.failed == 0 {
		if a.count == 1 && t.get(a.input) != nil {
			a.count = 0
		}
		return a // a chunk without a failure has no input that was in trouble before
	}
	first, rest := -1, int32(0)
	for i := a.input; i < a.input+int(a.count); i++ {
		if t.get(i) != nil {
			continue
		}
		rest++
		if first < 0 {
			first = i
		}
	}
	if a.count-rest < a.failed {
		rest = 0
	}
	a.input, a.count, a.failed = first, rest, 0
	return a
}

// done is the row of inputs that have succeeded.
func (a attempt) done(run uint64) Input {
	in := Input{
		Run: run, Index: a.input, State: succeeded, Attempts: int(a.number), Container: a.container, Time: a.ended, Took: a.took,
	}
	if a.count > 1 {
		in.Count = int(a.count)
	}
	return in
}

// fill adds the descriptions that are missing.
func (r *record) fill(all []Input) {
	for i := range all {
		if all[i].Described == "" {
			all[i].Described = r.describedNow(all[i].Index)
		}
	}
}
