package supervisor

import "iter"

// Observer is told what happens, one event at a time, on a goroutine of its own. It never
// delays the work: what it is too slow for is dropped and counted. One that panics loses
// that event and gets the next one.
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
	return func(yield func(Observer) bool) { each(o, yield) }
}

func each(o Observer, yield func(Observer) bool) bool {
	all, several := o.(Observers)
	if !several {
		return o == nil || yield(o)
	}
	for _, o := range all {
		if !each(o, yield) {
			return false
		}
	}
	return true
}

// wants reports whether an observer is told of events of the kind.
func wants(o Observer, kind Kind) bool {
	if s, ok := o.(Selective); ok {
		return s.Wants(kind)
	}
	return !kind.bulk()
}
