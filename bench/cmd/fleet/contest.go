//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/longshore-go/longshore/bench/queues"
	"github.com/longshore-go/longshore/bench/rounds"
)

// A contest is the same work for Longshore and for each job queue, one after the other, each with a server and three workers of
// its own. A figure is not a number where a queue is not installed.
type contest struct {
	name   string
	slots  int
	ours   []string // figures of Longshore
	theirs []string // of each queue; the first one is held against that of Longshore
	unit   string
	bar    string
	play   func(ctx context.Context, s *fleet, scale float64) ([]float64, error)
	other  func(ctx context.Context, q queues.Queue, scale float64) ([]float64, error)
}

const perSecond = "k/s"

// scene has every one of them take its turn in each round.
func (c contest) scene(h *queues.Host, scale float64) rounds.Scene {
	var rows []rounds.Row
	add := func(who string, figures []string) {
		for _, f := range figures {
			rows = append(rows, rounds.Row{Name: who + f, Unit: c.unit})
		}
	}
	add("Longshore", c.ours)
	for _, s := range queues.Systems {
		add(s.Name, c.theirs)
	}
	rows = append(rows, rounds.Row{Name: "Longshore" + c.ours[0] + ", by the best queue", Unit: "×", Bar: c.bar})
	return rounds.Scene{Name: "queues: " + c.name, Rows: rows, Play: func(ctx context.Context) ([]float64, error) {
		return c.round(ctx, h, scale)
	}}
}

func (c contest) round(ctx context.Context, h *queues.Host, scale float64) ([]float64, error) {
	all, err := testCase{slots: c.slots / workers, run: c.play}.once(ctx, scale)
	if err != nil {
		return nil, err
	}
	ours, best := all[0], math.NaN()
	for _, s := range queues.Systems {
		figures, err := c.against(ctx, h, s, scale)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		all = append(all, figures...)
		if math.IsNaN(best) || c.better(figures[0], best) {
			best = figures[0]
		}
	}
	return append(all, ours/best), nil
}

// better is more a second, and less of anything else.
func (c contest) better(a, b float64) bool { return (a > b) == (c.unit == perSecond) && a != b }

func (c contest) against(ctx context.Context, h *queues.Host, s queues.System, scale float64) ([]float64, error) {
	if errors.Is(s.Missing(), queues.ErrMissing) {
		return slices.Repeat([]float64{math.NaN()}, len(c.theirs)), nil
	}
	q, err := s.Open(ctx, h, workers, c.slots/workers)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	return c.other(ctx, q, scale)
}
