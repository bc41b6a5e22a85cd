package screen

import (
	"cmp"
	"slices"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// group is crash loops that say the same.
type group struct {
	Why         string
	First, Rest []history.Run
}

// Many is crash loops on one screen: those of the most frequent causes, and what has to be unfolded.
type Many struct {
	N           int
	First, Rest []group
}

// How many lines and groups a screen has room for.
const (
	linesAtOnce  = 10
	groupsAtOnce = 5
)

// Many is all that are crash-looping, where they are too many to be told of at length.
func (o Overview) Many() *Many {
	if len(o.Looping) < 2 {
		return nil
	}
	m := &Many{N: len(o.Looping)}
	all := grouped(o.Looping)
	m.First, m.Rest = all[:min(len(all), groupsAtOnce)], all[min(len(all), groupsAtOnce):]
	room := linesAtOnce - len(m.First) // each has one line anyway
	for i := range m.First {
		g := &m.First[i]
		n := 1 + min(room, len(g.First)-1)
		room -= n - 1
		g.First, g.Rest = g.First[:n], g.First[n:]
	}
	return m
}

// grouped is loops by cause, the most frequent first, and in each the one that has lasted longest first.
func grouped(looping []history.Run) []group {
	var all []group
	index := map[string]int{}
	for _, run := range looping {
		key, why := "", "cause not known"
		if last := run.Loop.Last; last != nil && last.Error != nil {
			key, why = last.Cause, reason(last.Error)
		}
		i, known := index[key]
		if !known {
			i = len(all)
			index[key] = i
			all = append(all, group{Why: why})
		}
		all[i].First = append(all[i].First, run)
	}
	for _, g := range all {
		slices.SortFunc(g.First, func(a, b history.Run) int {
			return cmp.Or(a.Loop.Since.Compare(b.Loop.Since), cmp.Compare(a.ID, b.ID))
		})
	}
	slices.SortStableFunc(all, func(a, b group) int {
		return cmp.Or(len(b.First)-len(a.First), a.First[0].Loop.Since.Compare(b.First[0].Loop.Since))
	})
	return all
}
