package history_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/supervisor"
)

// busy is a book in the middle of a run, and an event that tells of attempts that succeeded.
func busy() (*history.Book, supervisor.Event) {
	b := history.New(history.Options{Describe: describe})
	b.Watch(newView(1))
	started := event(1, supervisor.ContainerStarted, -1, nil)
	started.Container, started.Lineage = 3, 3
	b.Observe(started)
	b.Observe(event(1, supervisor.InputRetried, 17, errTest))
	ev := event(1, supervisor.AttemptsEnded, 0, nil)
	ev.Container, ev.Lineage, ev.Count, ev.Took = 3, 3, 1, 20*time.Microsecond
	for range 20_000 { // until what is kept is full
		ev.Input++
		b.Observe(ev)
	}
	return b, ev
}

// TestObserveAllocates nothing where nothing goes wrong.
func TestObserveAllocates(t *testing.T) {
	b, ev := busy()
	defer b.Close()
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		ev.Input++
		b.Observe(ev)
	}))
}

func BenchmarkObserve(b *testing.B) {
	book, ev := busy()
	defer book.Close()
	b.ReportAllocs()
	for b.Loop() {
		ev.Input++
		book.Observe(ev)
	}
}

func BenchmarkObserveFailure(b *testing.B) {
	book, ev := busy()
	defer book.Close()
	ev.Kind, ev.Err, ev.Value = supervisor.InputFailed, errTest, 1
	b.ReportAllocs()
	for b.Loop() {
		ev.Input++
		book.Observe(ev)
	}
}

func BenchmarkRun(b *testing.B) {
	book, _ := busy()
	defer book.Close()
	for b.Loop() {
		book.Run(1)
	}
}

func BenchmarkInputs(b *testing.B) {
	book, ev := busy()
	defer book.Close()
	ev.Kind, ev.Err, ev.Value = supervisor.InputFailed, errTest, 1
	for range 20_000 {
		ev.Input++
		book.Observe(ev)
	}
	for b.Loop() {
		book.Inputs(1, history.InputFilter{Container: -1})
	}
}
