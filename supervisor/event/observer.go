package event

import (
	"iter"
	"reflect"

	"github.com/longshore-go/longshore/internal/guard"
)

// Observer is told what happens, one event at a time, on a goroutine of its own. It never
// delays the work: what it is too slow for is dropped and counted, but for ends, see the package. One
// that panics, or calls runtime.Goexit, loses that event and gets the next one.
//
// An observer may have a method Wants(Kind) bool, which is asked once for each kind when a
// pool starts; it is then told of these kinds only. Without the method it is told of all but
// AttemptsEnded and ContainerPrinted, which come in numbers.
//
// An observer that is given to several runs is called by several goroutines.
type Observer interface {
	Observe(Event)
}

// Selective is an [Observer] that wants some kinds of events.
type Selective interface {
	Observer
	Wants(Kind) bool
}

// ObserverFunc is a function as an [Observer].
type ObserverFunc func(Event)

// Observe calls f.
func (f ObserverFunc) Observe(ev Event) { f(ev) }

// Observers is several observers. A pool tells each of them on a goroutine of its own, so
// that one that is stuck does not keep events from the others.
type Observers []Observer

// Observe tells all of them in turn.
func (all Observers) Observe(ev Event) {
	for o := range Each(all) {
		o.Observe(ev)
	}
}

// Each yields the observers that o consists of, none for nil.
func Each(o Observer) iter.Seq[Observer] {
	return func(yield func(Observer) bool) { each(o, yield, 0) }
}

// deepest is how deep Observers may be nested: a slice can contain itself.
const deepest = 16

func each(o Observer, yield func(Observer) bool, depth int) bool {
	all, several := o.(Observers)
	if !several {
		return o == nil || yield(o)
	}
	for _, o := range all {
		if depth < deepest && !each(o, yield, depth+1) {
			return false
		}
	}
	return true
}

// wanted is the kinds that an observer is told of. One that fails to say so is told what others are.
func wanted(o Observer) (kinds map[Kind]bool, failure *guard.Failure) {
	s, selective := o.(Selective)
	if selective {
		kinds, failure = guard.Call(reflect.TypeOf(o), func() map[Kind]bool { return chosen(s.Wants) })
	}
	if !selective || failure != nil {
		kinds = chosen(func(kind Kind) bool { return !kind.bulk() })
	}
	return kinds, failure
}

func chosen(wants func(Kind) bool) map[Kind]bool {
	chosen := map[Kind]bool{}
	for _, kind := range kinds {
		if wants(kind) {
			chosen[kind] = true
		}
	}
	return chosen
}
