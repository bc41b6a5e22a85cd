package history

import (
	"cmp"
	"slices"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// causes groups failures and crashes by what they say. (cause.Groups has the first samples,
// which are right for a summary; who watches wants the latest.)
type causes struct {
	groups map[string]*Cause
	others int
}

const (
	maxCauses    = 100
	causeSamples = 5
)

// finding is a failure or a crash, as much of it as can be made up before the lock is taken.
type finding struct {
	cause cause.Cause
	crash bool
	time  time.Time
	input int                   // -1: none
	whole *supervisor.ErrorJSON // with its stack
}

// group is the group with that cause, nil if there are too many.
func (c *causes) group(f finding) *Cause {
	g := c.groups[f.cause.Key]
	if g == nil && len(c.groups) < maxCauses {
		if c.groups == nil {
			c.groups = map[string]*Cause{}
		}
		g = &Cause{
			Key: f.cause.Key, Title: f.cause.Title, Type: f.cause.Type, Frame: f.cause.Frame,
			Crash: f.crash, First: f.time, Last: f.time,
		}
		c.groups[f.cause.Key] = g
	}
	return g
}

// add counts a failed attempt, or a crash.
func (c *causes) add(f finding) {
	g := c.group(f)
	if g == nil {
		c.others++
		return
	}
	g.Count++
	g.note(f)
}

// failed counts an input that has failed for good.
func (c *causes) failed(f finding) {
	if g := c.group(f); g != nil {
		g.Failed++
		g.note(f)
	}
}

// sample names an input of a crash that is counted elsewhere.
func (c *causes) sample(f finding) {
	if g := c.group(f); g != nil {
		g.note(f)
	}
}

func (g *Cause) note(f finding) {
	g.Last = f.time
	if f.whole != nil {
		g.Error = f.whole
	}
	if f.input < 0 {
		return
	}
	g.Samples = slices.DeleteFunc(g.Samples, func(i int) bool { return i == f.input })
	g.Samples = slices.Insert(g.Samples, 0, f.input)
	g.Samples = g.Samples[:min(len(g.Samples), causeSamples)]
}

// list is a copy: first what has cost most inputs, then what is most frequent.
func (c *causes) list() []Cause {
	all := make([]Cause, 0, len(c.groups))
	for _, g := range c.groups {
		one := *g
		one.Samples = append([]int{}, g.Samples...)
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Cause) int {
		return cmp.Or(b.Failed-a.Failed, b.Count-a.Count, a.First.Compare(b.First), cmp.Compare(a.Key, b.Key))
	})
	return all
}
