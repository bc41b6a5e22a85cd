package event_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/event"
)

// BenchmarkEmit is an event on its way to an observer that does nothing with it.
func BenchmarkEmit(b *testing.B) {
	e := event.NewEvents(selective{func(event.Event) {}}, 1, "f", 1)
	b.ReportAllocs()
	for b.Loop() {
		e.Emit(event.Event{Kind: event.AttemptsEnded, Count: 1})
	}
	e.Close(time.Minute)
}

// TestEmitAllocates nothing, on either side.
func TestEmitAllocates(t *testing.T) {
	told := make(chan struct{}, 1)
	e := event.NewEvents(event.ObserverFunc(func(event.Event) { told <- struct{}{} }), 1, "f", 1)
	defer e.Close(time.Minute)
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		e.Emit(event.Event{Kind: event.InputRetried})
		<-told
	}))
}
