//go:build unix

package hostile_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// Worker processes are doors, too: what a function does there reaches the parent by its connection.

var (
	_ = process.Register(do)
	_ = process.Register(wait)
	_ = process.Register(doBatch)
	_ = process.RegisterState(enterWorker, callWorker, exitWorker)
)

func init() {
	maps.Copy(doors, map[string]passage{
		"a process":            {pass: inProcess()},
		"batches in a process": {pass: batchesInProcess, takes: some, twin: true},
		"enter of a process":   {pass: enterProcess, takes: some, twin: true},
		"exit of a process":    {pass: exitProcess, takes: some, twin: true},
		"a process' context":   {pass: func(k hostile.Kind) error { return causedBy(k, workers(nil)) }, takes: errorsOnly},
	})
}

// some are as many kinds as may have processes of their own: each way by which errors and panics cross.
func some(k hostile.Kind) bool {
	return !strings.HasPrefix(k.Name, "panic, ") && !strings.HasPrefix(k.Name, "error, zero") && !strings.HasPrefix(k.Name, "error, nested")
}

// few bounds how many kinds have workers at the same time.
var few = make(chan struct{}, 4)

func workers(env []string) mapper.Options {
	opts := options()
	opts.Containers = 1
	opts.StartTimeout, opts.Grace = patience, patience
	opts.Runtime = process.New(process.Options{Env: append(os.Environ(), env...), Log: func(process.Line) {}})
	return opts
}

// crossed is what an error of the function is in the parent: one with a text, and no crash.
func crossed(k hostile.Kind, err error) error {
	if k.Ends != hostile.Fails {
		return fate(k, err)
	}
	if _, crash := err.(*supervisor.CrashError); err == nil || crash {
		return fmt.Errorf("not its own error: %s", said(err))
	}
	return nil
}

// inProcess has all kinds in one run, each among others: whoever comes first begins it.
func inProcess() func(hostile.Kind) error {
	run := sync.OnceValue(func() map[string]error {
		var in []string
		for _, k := range all() {
			in = append(in, "", k.Name)
		}
		opts := workers(nil)
		opts.Containers, opts.CrashLimit = 8, 1
		fates := map[string]error{}
		for r := range mapper.Map(ctx, do, append(in, ""), opts) {
			switch {
			case r.Input != "":
				fates[r.Input] = crossed(named(r.Input), r.Err)
			case r.Err != nil || r.Value != fine || r.Attempts != 1:
				fates[""] = fmt.Errorf("input %d: %s", r.Index, said(r.Err))
			}
		}
		return fates
	})
	return func(k hostile.Kind) error {
		fates := run()
		bad, ok := fates[k.Name]
		if !ok {
			return errors.New("no result")
		}
		return first(bad, fates[""])
	}
}

func batchesInProcess(k hostile.Kind) error {
	few <- struct{}{}
	defer func() { <-few }()
	out, err := mapper.Batched(doBatch, mapper.Batch{Size: 3}).Collect(ctx, inputs(k), workers(nil))
	return remote(k, out, err)
}

func remote(k hostile.Kind, out []string, err error) error {
	for i, v := range out {
		if v != fine && i != at {
			return fmt.Errorf("input %d: %s", i, said(err))
		}
	}
	if k.Ends == hostile.Succeeds {
		return fate(k, err)
	}
	all, ok := err.(*mapper.FailuresError)
	if !ok || len(all.Failures) != 1 {
		return fmt.Errorf("not the failures of one: %s", said(err))
	}
	return first(crossed(k, all.Failures[0].Err), clear(err))
}

// The variables say what a worker does, and where it notes that it was done.
const (
	inEnter = "LONGSHORE_HOSTILE_ENTER"
	inExit  = "LONGSHORE_HOSTILE_EXIT"
	notes   = "LONGSHORE_HOSTILE_NOTES"
)

func enterWorker(context.Context) (int, error) {
	name := os.Getenv(inEnter)
	if name == "" || os.Mkdir(filepath.Join(os.Getenv(notes), "entered"), 0o700) != nil {
		return 0, nil // the first has done it
	}
	return 0, named(name).Do()
}

func callWorker(context.Context, int, string) (string, error) { return fine, nil }

func exitWorker(context.Context, int) error {
	if name := os.Getenv(inExit); name != "" {
		return named(name).Do()
	}
	return nil
}

func state() mapper.Body[string, string] {
	return mapper.WithState(enterWorker, callWorker, exitWorker)
}

func enterProcess(k hostile.Kind) error {
	few <- struct{}{}
	defer func() { <-few }()
	dir, err := os.MkdirTemp("", "hostile")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out, err := state().Collect(ctx, inputs(k), workers([]string{inEnter + "=" + k.Name, notes + "=" + dir}))
	k.Ends = hostile.Succeeds
	return values(k, out, err)
}

func exitProcess(k hostile.Kind) error {
	few <- struct{}{}
	defer func() { <-few }()
	out, err := state().Collect(ctx, inputs(k), workers([]string{inExit + "=" + k.Name}))
	if k.Ends == hostile.Succeeds {
		return values(k, out, err)
	}
	failed, ok := err.(*mapper.ExitError)
	if !ok {
		return fmt.Errorf("exit: %s", said(err))
	}
	if bad := first(crossed(k, failed.Err), clear(err)); bad != nil {
		return bad
	}
	k.Ends = hostile.Succeeds
	return values(k, out, nil)
}
