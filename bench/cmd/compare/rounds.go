package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/longshore-go/longshore/bench"
	"github.com/longshore-go/longshore/bench/work"
)

// target is how long one sample should take: an implementation faster than
// that runs its inputs several times over.
const target = 100 * time.Millisecond

// measure runs all rows and specials that cfg asks for. A row is worked off
// before the next begins, so that its rounds lie close together.
func measure(ctx context.Context, cfg config, progress io.Writer) (*report, error) {
	rep := newReport(cfg)
	order := rand.New(rand.NewPCG(cfg.seed, 0))
	for _, g := range bench.Groups() {
		for _, w := range work.Workloads() {
			w = w.Scaled(cfg.scale)
			r := newRow(ctx, cfg, g, w)
			if r == nil {
				continue
			}
			fmt.Fprintf(progress, "%s/%s: %d implementations, %d rounds\n", g, w.Name, len(r.Entries), cfg.rounds)
			if err := r.measure(ctx, cfg.rounds, order); err != nil {
				return nil, err
			}
			rep.Rows = append(rep.Rows, r)
		}
	}
	for _, s := range bench.Specials() {
		if !cfg.only.MatchString("special/" + s.Name) {
			continue
		}
		fmt.Fprintf(progress, "special/%s: %d rounds\n", s.Name, cfg.rounds)
		m, err := measureSpecial(ctx, s, cfg)
		if err != nil {
			return nil, err
		}
		rep.Specials = append(rep.Specials, m)
	}
	if len(rep.Rows)+len(rep.Specials) == 0 {
		return nil, errors.New("-only matches nothing")
	}
	rep.summarise()
	return rep, nil
}

// newRow picks the implementations to measure, or returns nil if none is asked
// for. The floor always runs along: it is what the ratios are taken against.
func newRow(ctx context.Context, cfg config, g bench.Group, w work.Workload) *row {
	r := &row{Group: g, Workload: w.Name, N: w.N}
	job := work.NewJob(w)
	asked := false
	for _, impl := range bench.Table() {
		if impl.Group != g || !impl.Runs(w) {
			continue
		}
		match := cfg.only.MatchString(string(g) + "/" + w.Name + "/" + impl.Name)
		asked = asked || match
		if !match && impl.Kind != bench.Floor {
			continue
		}
		r.Entries = append(r.Entries, &entry{Name: impl.Name, Kind: impl.Kind, run: func() error {
			_, err := impl.Run(ctx, job)
			return err
		}})
	}
	if !asked {
		return nil
	}
	return r
}

func (r *row) measure(ctx context.Context, rounds int, order *rand.Rand) error {
	for _, e := range r.Entries {
		var err error
		if e.Repeats, err = bench.Repeats(e.run, target); err != nil {
			return fmt.Errorf("%s/%s/%s: %w", r.Group, r.Workload, e.Name, err)
		}
	}
	for range rounds {
		for _, i := range order.Perm(len(r.Entries)) {
			if err := ctx.Err(); err != nil {
				return err
			}
			e := r.Entries[i]
			s, err := bench.Measure(e.run, r.N, e.Repeats)
			if err != nil {
				return fmt.Errorf("%s/%s/%s: %w", r.Group, r.Workload, e.Name, err)
			}
			e.Samples = append(e.Samples, s)
		}
	}
	return nil
}

// measureSpecial runs both sides in each round, the side that begins taking
// turns. The figure is made within a round, from neighbours in time. A round
// is made of as many pairs as take about the target, after one to warm up.
func measureSpecial(ctx context.Context, s bench.Special, cfg config) (*special, error) {
	m := &special{Name: s.Name, Asks: s.Asks, Unit: s.Unit, Bar: s.Bar}
	n := max(int(float64(s.N)*cfg.scale), 1000)
	repeats, err := bench.Repeats(func() error {
		return errors.Join(s.Base(ctx, n), s.Case(ctx, n))
	}, 2*target)
	if err != nil {
		return nil, fmt.Errorf("special/%s: %w", s.Name, err)
	}
	sides := []func(context.Context, int) error{s.Base, s.Case}
	for round := range cfg.rounds {
		var took [2]time.Duration
		for i := range 2 * repeats {
			side := (i + round) % 2
			runtime.GC()
			start := time.Now()
			if err := sides[side](ctx, n); err != nil {
				return nil, fmt.Errorf("special/%s: %w", s.Name, err)
			}
			took[side] += time.Since(start)
		}
		runs := time.Duration(repeats)
		m.Rounds = append(m.Rounds, s.Value(took[0]/runs, took[1]/runs, n))
	}
	return m, nil
}
