package history

import (
	"slices"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// Containers is those of the run, or of the function that serves it. It is false if the run is
// not kept.
func (b *Book) Containers(id uint64, f ContainerFilter) (Page[Container], bool) {
	r := b.find(id)
	if r == nil {
		return Page[Container]{}, false
	}
	home := r.containers()
	all := home.present()
	capped := false
	if f.Ended {
		all, capped = home.past()
	}
	if f.Own && home != r {
		all = slices.DeleteFunc(all, func(c Container) bool { return c.Run != id })
	}
	if f.State != "" {
		all = slices.DeleteFunc(all, func(c Container) bool { return c.State != f.State })
	}
	items := paged(all, f.Offset, f.Limit)
	for i := range items {
		b.complete(home, &items[i])
	}
	return Page[Container]{Items: append([]Container{}, items...), Total: len(all), Offset: max(f.Offset, 0), Capped: capped}, true
}

// present is the containers that live, and the lineages that wait for a start, by lineage.
func (r *record) present() []Container {
	v := r.live()
	if v == nil {
		return nil
	}
	pool, busy := v.Pool(), map[int]mapper.ContainerView{}
	for _, c := range v.Containers() {
		busy[c.ID] = c
	}
	all := make([]Container, 0, len(pool.Containers))
	for _, info := range pool.Containers {
		if info.ID < 0 && info.State != supervisor.BackingOff {
			continue
		}
		all = append(all, containerOf(info, pool.CrashLooping, busy))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range all {
		if l := r.crew.lives[all[i].ID]; l != nil {
			all[i].Ready = l.ready
			all[i].Release = max(all[i].Release, l.release)
		}
	}
	return all
}

// containerOf is a row of the table, of a container that lives or is waited for.
func containerOf(info supervisor.ContainerInfo, looping bool, busy map[int]mapper.ContainerView) Container {
	c := Container{
		ID: info.ID, Lineage: info.Lineage, State: string(info.State), Started: info.Since, Machine: info.Machine, Input: -1,
		Finished: info.Finished, InARow: info.Crashes, Next: info.NextStart,
	}
	if looping && info.State == supervisor.BackingOff {
		c.State = string(CrashLooping)
	}
	if info.Last != nil {
		c.LastCrash = &Crash{Container: info.Last.Container, Lineage: info.Lineage, Input: info.Last.Input, InARow: info.Crashes}
		c.LastCrash.broke = info.Last
	}
	if does, ok := busy[info.ID]; ok && info.ID >= 0 {
		c.Release, c.Run, c.Input, c.Attempt, c.Inputs = does.Release, does.Run, does.Input, does.Attempt, does.Inputs
		c.Since, c.Memory, c.MemoryLimit = does.Since, does.Memory, does.MemoryLimit
	}
	return c
}

// past is the containers that have ended, the latest first, and whether there were more.
func (r *record) past() ([]Container, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Container, 0, len(r.crew.ended.items))
	for l := range r.crew.ended.latest() {
		all = append(all, l.show())
	}
	return all, r.crew.ended.total > len(all)
}

// show is a row of the table, of a container that has ended.
func (l *life) show() Container {
	c := Container{
		ID: l.id, Lineage: l.lineage, State: l.state, Started: l.started, Ready: l.ready, Ended: l.ended,
		Release: l.release, Machine: l.machine, Input: -1, Finished: l.finished, LastCrash: l.crash,
	}
	if l.crash != nil {
		c.InARow = l.crash.InARow
	}
	return c
}

// complete adds what a row says of the input that executes, and of the last crash.
func (b *Book) complete(home *record, c *Container) {
	if c.Input >= 0 {
		if r := b.find(c.Run); r != nil {
			c.Described = r.describedNow(c.Input)
		}
	}
	if c.LastCrash == nil || c.LastCrash.broke == nil {
		return
	}
	home.mu.Lock()
	var known *Crash
	if l := home.crew.lives[c.LastCrash.Container]; l != nil {
		known = l.crash
	}
	home.mu.Unlock()
	if known == nil {
		c.LastCrash.Error, c.LastCrash.broke = wholeErrorOf(c.LastCrash.broke), nil // the event was lost, or is on its way
		return
	}
	c.LastCrash = known
}

// describedNow is an input as Describe has it, if it is at hand or was told of.
func (r *record) describedNow(index int) string {
	if r.book.describe == nil {
		return ""
	}
	r.mu.Lock()
	v, it, name := r.view, r.inputs.get(index), r.names[index]
	if it != nil {
		name = it.described
	}
	r.mu.Unlock()
	if name == "" && v != nil {
		if value, ok := v.Value(index); ok {
			return r.book.say(value)
		}
	}
	return name
}
