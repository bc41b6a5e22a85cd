package telemetry

import (
	"cmp"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// traces makes spans of events.
type traces struct {
	tracer trace.Tracer
	limit  int // spans a second

	mu     sync.Mutex
	life   map[uint64]*life // of runs and functions, by number
	looked time.Time        // for those whose end was lost
}

// lookEvery is how often we look. What was over when we looked before has ended without our being
// told, and not just now.
const lookEvery = time.Minute

// life is what is traced of one run or function. All of its events come on one goroutine,
// but a Close may come between.
type life struct {
	about mapper.About
	above trace.SpanContext // of its caller, who may have none
	done  <-chan struct{}   // and not the view, which would keep the inputs

	mu      sync.Mutex
	span    trace.Span // of a run; of a function, the moment of its deploy
	missed  bool       // has ended, and we were not told of it before we looked
	second  int64      // in which there were so many spans
	spans   int
	dropped int // over the limit, and not told yet
}

func newTraces(tracer trace.Tracer, limit int) *traces {
	return &traces{tracer: tracer, limit: limit, life: map[uint64]*life{}}
}

func (t *traces) wants(kind supervisor.Kind) bool {
	switch kind {
	case supervisor.ContainerStarted, supervisor.ContainerReady, supervisor.ContainerStopped, supervisor.ContainerPrinted,
		supervisor.InputRetried, supervisor.InputRerun, supervisor.InputHedged:
		return false
	}
	return true
}

// watch takes note of a run or a function. Its span is not begun here, on the caller's
// goroutine: nobody knows what a tracer does. Now and then it looks for runs whose end we were
// not told of.
func (t *traces) watch(v mapper.View) {
	about := v.About()
	for _, l := range t.take(about.ID, &life{about: about, above: trace.SpanContextFromContext(v.Context()), done: v.Done()}) {
		l.mu.Lock()
		l.end(supervisor.Event{Time: time.Now()})
		l.mu.Unlock()
	}
}

// take also returns what has ended long ago.
func (t *traces) take(id uint64, l *life) (lost []*life) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.life[id] = l
	if time.Since(t.looked) < lookEvery {
		return nil
	}
	t.looked = time.Now()
	for id, l := range t.life {
		select {
		case <-l.done:
			if l.missed {
				lost = append(lost, l)
				delete(t.life, id)
			}
			l.missed = true
		default:
		}
	}
	return lost
}

func (t *traces) of(id uint64) *life {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.life[id]
}

func (t *traces) forget(id uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.life, id)
}

// observe makes of an event what it is in a trace. What is of a pool and of no run is told of
// the function, or the run, that the pool was made for.
func (t *traces) observe(ev supervisor.Event) {
	id := cmp.Or(ev.Run, ev.Pool)
	l := t.of(id)
	if l == nil || !t.wants(ev.Kind) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch ev.Kind {
	case supervisor.RunStarted, supervisor.FunctionDeployed:
		t.begin(l, ev)
	case supervisor.AttemptsEnded:
		t.attempt(l, ev)
	case supervisor.RunEnded:
		t.forget(id)
		l.end(ev)
	case supervisor.FunctionStopped:
		t.forget(id)
		t.note(l, ev)
	default:
		t.note(l, ev)
	}
}

// close ends the spans of what has not ended.
func (t *traces) close() {
	t.mu.Lock()
	living := t.life
	t.life = map[uint64]*life{}
	t.mu.Unlock()
	for _, l := range living {
		l.mu.Lock()
		l.end(supervisor.Event{Time: time.Now()})
		l.mu.Unlock()
	}
}
