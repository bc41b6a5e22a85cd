package engine

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// nextLook is how soon the watchdog looks again where an outcome may be on its way.
const nextLook = time.Millisecond

// hearing is the watchdog's: since when the outcome of which attempt is heard.
type hearing struct {
	began int64
	since time.Duration
}

// unheard reports that the container has said something that was not told yet, perhaps the outcome of the attempt that
// began then. It does so for the grace at most: to decode an outcome is part of the attempt, and may never end.
func (w *Worker) unheard(began int64, now time.Duration) bool {
	box, ok := w.c.Instance().Remote.(supervisor.Outbox)
	if !ok || !box.Unheard() {
		return false
	}
	if w.hearing.began != began {
		w.hearing = hearing{began, now}
	}
	return now-w.hearing.since < w.s.Grace
}
