package metrics

import (
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/longshore-go/longshore/mapper"
)

// Registry counts what happens in all the runs and functions whose Options.Observer it is,
// or is one of. The zero value works. Its methods are safe for concurrent use and do not
// wait for the work.
type Registry struct {
	// Measured is also told of each observation that goes into a histogram, by its
	// Instrument: n times that many seconds. For libraries that keep histograms
	// themselves. It is called by observers, on several goroutines. Nil means nobody.
	Measured func(instrument, function string, seconds float64, n int)

	mu       sync.Mutex
	watched  map[uint64]*watched // that have not ended
	names    map[string]*function
	happened happenings
}

var _ mapper.Watcher = (*Registry)(nil)

// watched is a run or a function that lives.
type watched struct {
	view   mapper.View
	series *series
	starts map[int]time.Time // of containers that are not ready, by lineage, of which there are few
}

// function is what is counted under one name.
type function struct {
	name   string
	series [2]*series // of runs and of functions
	told   told
}

// series is the samples of one name and kind.
type series struct {
	labels []string
	pools  atomic.Bool // some had containers of their own
	ended  []float64   // of those that have ended, by row
	shown  []float64   // the most that anybody was shown
}

// The limits of what there may be in labels.
const (
	maxFunctions = 1000
	maxText      = 200 // bytes
	other        = "other"
)

// endsLate is how long after its end a run is held for the events that are still to be told of it.
const endsLate = time.Second

// Watch takes note of a run or a function, and lets go of it when its end is told, or when it has
// ended and that is not told: a goroutine waits for its Done.
func (r *Registry) Watch(v mapper.View) {
	about := v.About()
	r.take(about, v)
	go func() {
		<-v.Done()
		time.AfterFunc(endsLate, func() { r.fold(about.ID) })
	}()
}

func (r *Registry) take(about mapper.About, v mapper.View) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watched == nil {
		r.watched = map[uint64]*watched{}
	}
	r.happened.any = r.happened.any || fleetOf(about) != nil
	r.watched[about.ID] = &watched{v, r.function(about.Name).of(about), map[int]time.Time{}}
}

// function is what is counted under a name. The caller holds the lock.
func (r *Registry) function(name string) *function {
	name = clean(name)
	f := r.names[name]
	if f == nil && len(r.names) >= maxFunctions {
		name = other
		f = r.names[name]
	}
	if f == nil {
		if r.names == nil {
			r.names = map[string]*function{}
		}
		f = &function{name: name}
		r.names[name] = f
	}
	return f
}

// clean is text as a label may have it: a scrape is read by programs and people, and a control character
// is for neither. A newline is escaped there.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && r != '\n' {
			return utf8.RuneError
		}
		return r
	}, text[:min(len(text), maxText)])
}

// of is the series of a run or a function.
func (f *function) of(about mapper.About) *series {
	i, kind := 0, "run"
	if about.Function {
		i, kind = 1, "function"
	}
	if f.series[i] == nil {
		f.series[i] = &series{
			labels: []string{f.name, kind},
			ended:  make([]float64, len(table)), shown: make([]float64, len(table)),
		}
	}
	if about.Parent == 0 {
		f.series[i].pools.Store(true)
	}
	return f.series[i]
}

// fold adds a run that has ended to the sums and lets go of it.
func (r *Registry) fold(id uint64) {
	r.mu.Lock()
	w := r.watched[id]
	r.mu.Unlock()
	if w == nil {
		return
	}
	last := read(w.view)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watched[id] != w {
		return // somebody else has, meanwhile
	}
	delete(r.watched, id)
	for i, row := range table {
		if row.typ == Counter {
			w.series.ended[i] += row.of(last)
		}
	}
}
