//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// election is three servers that keep a journal, of which that is killed which leads the journal's stream.
func election(n int) rounds.Scene {
	shape := site.Shape{Servers: 3, Processes: 4, Machines: 25, Slots: 1}
	return at("3 servers, the leader of the journal is killed", shape, []rounds.Row{
		{Name: "longest pause between two inputs that begin", Unit: "s", Bar: "≤ 1"},
		{Name: "longest pause between two results", Unit: "s", Bar: ""},
		{Name: "inputs that run again", Unit: "", Bar: ""},
	}, func(ctx context.Context, s *site.Site) ([]float64, error) {
		caller, err := s.Caller(ctx)
		if err != nil {
			return nil, err
		}
		run, err := mapper.Start(ctx, stamp, naps(n, 100*time.Millisecond), mapper.Options{
			Runtime: caller, Journal: caller.Journal("scale", cluster.JournalOptions{Replicas: 3}), CrashLimit: 1, Unordered: true,
		})
		if err != nil {
			return nil, err
		}
		var begins, results []time.Time
		killed := time.Time{}
		for r := range run.All() {
			if r.Err != nil {
				return nil, r.Err
			}
			begins, results = append(begins, time.Unix(0, r.Value)), append(results, time.Now())
			if len(results) == n/4 {
				if err := behead(ctx, s); err != nil {
					return nil, err
				}
				killed = time.Now()
			}
		}
		if err := errors.Join(run.Wait(), charged(run.Stats())); err != nil {
			return nil, err
		}
		if len(results) != n {
			return nil, fmt.Errorf("%d results of %d", len(results), n)
		}
		return []float64{longest(begins, killed).Seconds(), longest(results, killed).Seconds(), float64(run.Stats().Reruns)}, nil
	})
}

// stamp is a nap that says when it began.
func stamp(ctx context.Context, j job) (int64, error) {
	began := time.Now().UnixNano()
	_, err := nap(ctx, j)
	return began, err
}

// behead kills the server that leads the stream of the journal.
func behead(ctx context.Context, s *site.Site) error {
	nc, err := nats.Connect(s.URL)
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	stream, err := js.Stream(ctx, "LONGSHORE_scale")
	if err != nil {
		return err
	}
	info := stream.CachedInfo()
	if info.Cluster == nil {
		return errors.New("the stream is not of a cluster")
	}
	i, err := strconv.Atoi(strings.TrimPrefix(info.Cluster.Leader, "server"))
	if err != nil {
		return err
	}
	site.Kill(s.Servers[i-1])
	return nil
}

// longest is the longest time between two of them, the earlier of which is at most a second before what happens at that time,
// and without those at the end, when slots have nothing more to do.
func longest(all []time.Time, happens time.Time) (most time.Duration) {
	slices.SortFunc(all, time.Time.Compare)
	all = all[:len(all)*19/20]
	for i := 1; i < len(all); i++ {
		if all[i].After(happens.Add(-time.Second)) {
			most = max(most, all[i].Sub(all[i-1]))
		}
	}
	return most
}
