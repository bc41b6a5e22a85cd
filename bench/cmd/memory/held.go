package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/longshore-go/longshore/bench/work"
	"github.com/longshore-go/longshore/mapper"
)

// Of containers, functions and calls there may be many that do nothing but exist. A case
// makes all of them at once, and then ends them: its peak against that of an idle process
// is what they take. The floor is goroutines that wait on a channel, where there is something
// to compare with.

// crowd is where n executions meet: each waits until all have come.
type crowd struct{ sync.WaitGroup }

func newCrowd(n int) *crowd {
	c := &crowd{}
	c.Add(n)
	return c
}

func (c *crowd) meet(context.Context, int) (int, error) {
	c.Done()
	c.Wait()
	return 0, nil
}

// heldContainers has n containers execute at the same time.
func heldContainers(ctx context.Context, impl implementation, n int) (outcome, error) {
	w := noop(n)
	w.Conc, w.Chunk, w.FnErr = n, 1, newCrowd(n).meet
	_, err := impl.collect(ctx, work.NewJob(w))
	return outcome{}, err
}

// heldCalls has n calls that wait for the one container of a function.
func heldCalls(ctx context.Context, impl implementation, n int) (outcome, error) {
	open := make(chan struct{})
	wait := func(context.Context, int) (int, error) { <-open; return 0, nil }
	if impl.name == "floor" {
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { _, _ = wait(ctx, i) })
		}
		close(open)
		all.Wait()
		return outcome{}, nil
	}
	f, err := mapper.Deploy(ctx, mapper.Plain(wait), mapper.Options{Containers: 1, Outstanding: n})
	if err != nil {
		return outcome{}, err
	}
	calls, err := f.SpawnAll(ctx, make([]int, n))
	close(open)
	if err == nil {
		_, err = mapper.Gather(ctx, calls...)
	}
	return outcome{}, errors.Join(err, f.Stop(ctx))
}

// heldFunctions has n functions that have served a call, and are idle with the container
// that did.
func heldFunctions(ctx context.Context, _ implementation, n int) (outcome, error) {
	all := make([]*mapper.Function[int, int], n)
	for i := range all {
		f, err := mapper.Deploy(ctx, mapper.Plain(noop(1).FnErr), mapper.Options{})
		if err != nil {
			return outcome{}, err
		}
		all[i] = f
		if _, err := f.Call(ctx, i); err != nil {
			return outcome{}, err
		}
	}
	for _, f := range all {
		if err := f.Stop(ctx); err != nil {
			return outcome{}, err
		}
	}
	return outcome{}, nil
}

// held is the table of what one of them takes.
func held(done results) string {
	zero, ok := done[testCase{"idle", "floor", 0}]
	var b strings.Builder
	for _, t := range []struct{ form, one string }{
		{"containers", "a container that executes; floor: a goroutine"},
		{"calls", "a call that waits; floor: a goroutine that does"},
		{"functions", "a function that is idle, with one container"},
	} {
		for _, c := range of(done, t.form) {
			if !ok {
				return ""
			}
			if b.Len() == 0 {
				b.WriteString("\n### What is held\n\n| one of them | by | of how many | bytes |\n|---|---|---:|---:|\n")
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %d |\n", t.one, c.Impl, c.Size, (done[c].PeakKiB-zero.PeakKiB)*1024/c.Size)
		}
	}
	return b.String()
}
