package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A session plays rounds until its time is up or something is found.
type session struct {
	config
	out      io.Writer
	tally    *tally
	heap     heap
	progress atomic.Int64
}

func newSession(cfg config, out io.Writer) *session {
	return &session{config: cfg, out: out, tally: newTally()}
}

func (s *session) run(ctx context.Context) error {
	if err := warmUp(); err != nil {
		return err
	}
	began, n := time.Now(), 0
	for ; s.rounds == 0 || n < s.rounds; n++ {
		if time.Since(began) >= s.time || ctx.Err() != nil {
			break
		}
		if err := s.round(ctx, s.plan(n)); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "%s%9d rounds in %v, from seed %d: nothing found\n", s.tally, n, time.Since(began).Round(time.Second), s.seed)
	return nil
}

// plan draws that of round n.
func (s *session) plan(n int) *plan {
	if s.again {
		n = 0
	}
	return draw(seedOf(s.seed, n), s.kinds[n%len(s.kinds)])
}

// round plays a plan under the eyes of a watchdog.
func (s *session) round(ctx context.Context, p *plan) error {
	if s.verbose {
		fmt.Fprintln(s.out, p)
	}
	watched, done := context.WithCancel(ctx)
	var dog sync.WaitGroup
	dog.Go(func() {
		watch(watched, &s.progress, s.limit, func() {
			hung(s.out, p, s.limit)
			os.Exit(1)
		})
	})
	began := time.Now()
	err := perform(ctx, p, s.tally, &s.progress)
	if n := races(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d data races, as printed", n))
	}
	if s.verbose {
		fmt.Fprintf(s.out, "took %v\n", time.Since(began))
	}
	done()
	dog.Wait()
	s.progress.Add(1)
	if err == nil {
		err = s.heap.check()
	}
	if err != nil {
		fmt.Fprintf(s.out, "%v\n%s\n", err, p)
		replay(s.out, p)
		return fmt.Errorf("something was found in the round of seed %d", p.Seed)
	}
	return nil
}

// replay prints the command that plays a round again.
func replay(out io.Writer, p *plan) {
	kind := "goroutines"
	if p.Processes {
		kind = "processes"
	}
	fmt.Fprintf(out, "replay: go run -race ./internal/soak -kind %s -seed %d -rounds 1\n", kind, p.Seed)
}

// seedOf is that of round n: the master seed itself for the first, so that any round can be
// played as a first one. The step and the mixing are splitmix64's.
func seedOf(master uint64, n int) uint64 {
	if n == 0 {
		return master
	}
	z := master + uint64(n)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
