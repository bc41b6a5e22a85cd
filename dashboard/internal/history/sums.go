package history

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// Sums is the inputs of all functions and runs that are kept, by state.
type Sums struct {
	Pending   int `json:"pending"`
	Running   int `json:"running"`
	Retrying  int `json:"retrying"`
	Succeeded int `json:"succeeded"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
	Refused   int `json:"refused"` // calls of functions that had no place for them
}

func (s *Sums) add(c mapper.Counts) {
	s.Pending += c.Pending
	s.Running += c.Running
	s.Retrying += c.Retrying
	s.Succeeded += c.Succeeded
	s.Failed += c.Failed
	s.Cancelled += c.Cancelled
	s.Refused += c.Refused
}

// Loss is a cause that inputs have failed of for good, across functions and runs.
type Loss struct {
	Key      string    `json:"key"` // of the Cause
	Title    string    `json:"title"`
	Type     string    `json:"type"`
	Frame    string    `json:"frame,omitempty"`
	Failed   int       `json:"inputs_failed"`
	Runs     int       `json:"runs"` // functions and runs that have it
	Most     uint64    `json:"most"` // the one of these that lost most
	Name     string    `json:"name"` // of that one
	Function bool      `json:"function"`
	Last     time.Time `json:"last"`
}

// maxLosses is how many an Overview has.
const maxLosses = 5

// losses is what inputs failed of.
type losses struct {
	byKey map[string]*Loss
	most  map[string]int // inputs lost in Loss.Most
}

// add takes in the causes of one more function or run.
func (l *losses) add(r *record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, g := range r.causes.groups {
		if g.Failed > 0 {
			l.count(r, key, g)
		}
	}
}

func (l *losses) count(r *record, key string, g *Cause) {
	one := l.byKey[key]
	if one == nil {
		if l.byKey == nil {
			l.byKey, l.most = map[string]*Loss{}, map[string]int{}
		}
		one = &Loss{Key: key, Title: g.Title, Type: g.Type, Frame: g.Frame}
		l.byKey[key] = one
	}
	one.Failed += g.Failed
	one.Runs++
	if g.Last.After(one.Last) {
		one.Last = g.Last
	}
	if n := l.most[key]; g.Failed > n || g.Failed == n && r.id > one.Most {
		one.Most, one.Name, one.Function, l.most[key] = r.id, r.name, r.function, g.Failed
	}
}

// list is the worst of them, those that cost most inputs first.
func (l *losses) list() []Loss {
	all := make([]Loss, 0, len(l.byKey))
	for _, one := range slices.SortedFunc(maps.Values(l.byKey), func(a, b *Loss) int {
		return cmp.Or(b.Failed-a.Failed, b.Last.Compare(a.Last), cmp.Compare(a.Key, b.Key))
	}) {
		all = append(all, *one)
	}
	return all[:min(len(all), maxLosses)]
}
