//go:build unix

package queues

import (
	"context"
	"time"
)

// A Queue is a job queue with its server and workers.
type Queue interface {
	// Map makes each payload a job, and waits for what they give back, in the order of the payloads.
	Map(ctx context.Context, nap time.Duration, payloads [][]byte) ([][]byte, error)
	// Call is one job, whose result is looked for every millisecond.
	Call(ctx context.Context, payload []byte) ([]byte, error)
	// Close ends the workers and the server.
	Close()
}

// A System is a queue with the settings of its server.
type System struct {
	Name    string
	missing func() error
	open    func(ctx context.Context, h *Host, workers, slots int) (Queue, error)
}

// Systems is all of them.
var Systems = []System{
	river("River, fsync off", "fsync=off", "synchronous_commit=off", "full_page_writes=off"),
	river("River, Postgres as it comes"),
	{"Asynq, Redis in memory", redisMissing, openAsynq},
}

// Missing says which program is not installed: an [ErrMissing], or nil.
func (s System) Missing() error { return s.missing() }

// Open starts the server, empty, and so many worker processes with so many slots each, and waits until all are ready.
// Close it before the next one is opened at the host.
func (s System) Open(ctx context.Context, h *Host, workers, slots int) (Queue, error) {
	if err := s.Missing(); err != nil {
		return nil, err
	}
	return s.open(ctx, h, workers, slots)
}

// rest sleeps for so long, if at all.
func rest(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
