//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/usage"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// lazily is inputs of 16 bytes that nobody holds.
func lazily(n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		text := []byte("input00000000000")
		for range n {
			if !yield(string(text)) {
				return
			}
			at := len(text) - 1
			for ; text[at] == '9'; at-- {
				text[at] = '0'
			}
			text[at]++
		}
	}
}

// life is what one life of a run over an iterator takes.
type life struct {
	results   int
	wall, cpu time.Duration
	memory    float64
}

// live is one life. It has the results of all inputs, or only those that were not recorded.
func live(ctx context.Context, path string, n int, o journal.Options) (l life, err error) {
	began, cpu := time.Now(), usage.CPU()
	l.memory, err = peaks(func() error {
		j, err := journal.Open(path, o)
		if err != nil {
			return err
		}
		defer j.Close()
		run, err := mapper.Start(ctx, echo, lazily(n), mapper.Options{Journal: j})
		if err != nil {
			return err
		}
		for r := range run.All() {
			if r.Err != nil {
				return r.Err
			}
			l.results++
		}
		return run.Wait()
	})
	l.wall, l.cpu = time.Since(began), usage.CPU()-cpu
	return l, err
}

// pulled is a run over an iterator, and its next life, in which all inputs are recorded.
func pulled(n int) rounds.Scene {
	const mb = 1 << 20
	return inFolder(fmt.Sprintf("%d of an iterator", n), []rounds.Row{
		{Name: "processor time an input", Unit: "µs", Bar: "≤ 3"},
		{Name: "all", Unit: "s", Bar: ""},
		{Name: "memory", Unit: "MB", Bar: ""},
		{Name: "the file, a result", Unit: "B", Bar: "≤ 80"},
		{Name: "the next life: processor time a row", Unit: "µs", Bar: ""},
		{Name: "the next life: all", Unit: "s", Bar: ""},
		{Name: "the next life: memory", Unit: "MB", Bar: ""},
	}, func(ctx context.Context, folder string) ([]float64, error) {
		path := filepath.Join(folder, "j")
		first, err := live(ctx, path, n, journal.Options{NoSync: true})
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		next, err := live(ctx, path, n, journal.Options{FreshOnly: true})
		if err != nil {
			return nil, err
		}
		if first.results != n || next.results != 0 {
			return nil, fmt.Errorf("%d results of %d, and then %d", first.results, n, next.results)
		}
		each := func(d time.Duration) float64 { return d.Seconds() * 1e6 / float64(n) }
		return []float64{
			each(first.cpu), first.wall.Seconds(), first.memory / mb, float64(info.Size()) / float64(n),
			each(next.cpu), next.wall.Seconds(), next.memory / mb,
		}, nil
	})
}
