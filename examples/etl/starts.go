package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// The variables by which a process knows that it is a start which is to die: where, after how many rows, and how it loads.
const (
	folderOf     = "ETL_FOLDER"
	killAfter    = "ETL_KILL_AFTER"
	batchOf      = "ETL_BATCH"
	containersOf = "ETL_CONTAINERS"
)

// run is the whole program: the starts that die are processes of their own, the last one is this.
func run(ctx context.Context, c config, out io.Writer) (err error) {
	if c.rows < 1 || c.badEvery < 1 || c.kills < 0 {
		return fmt.Errorf("-rows %d -bad-every %d -kills %d: there must be rows, and no less than no kills", c.rows, c.badEvery, c.kills)
	}
	if c.folder, err = os.MkdirTemp("", "etl"); err != nil {
		return err
	}
	defer os.RemoveAll(c.folder)
	want, err := writeCSV(c.file(), c.rows, c.badEvery)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "a file of %d orders, %d of them bad\n", c.rows, want.bad)
	for n := 1; n <= c.kills; n++ {
		after := max(c.rows/(c.kills+1), 1)
		killed, err := startAndKill(ctx, c, after)
		if err != nil {
			return err
		}
		end := map[bool]string{true: "killed", false: "through"}[killed]
		fmt.Fprintf(out, "start %d: %s after some %d rows\n", n, end, after)
	}
	var committed atomic.Int64
	r, err := load(ctx, c, func(rows int) { committed.Add(int64(rows)) })
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "start %d: %d rows were recorded, %d were loaded, in %v\n",
		c.kills+1, r.restored, committed.Load(), r.took.Round(time.Millisecond))
	for _, bad := range r.bad[:min(len(r.bad), 3)] {
		fmt.Fprintf(out, "  line %d: %q: %v\n", bad.Input.Line, bad.Input.Cents, bad.Err)
	}
	if more := len(r.bad) - 3; more > 0 {
		fmt.Fprintf(out, "  and %d more\n", more)
	}
	if err := r.check(ctx, c, want); err != nil {
		return err
	}
	fmt.Fprintf(out, "the table has all %d good rows, once each, and their sum is right\n", want.good)
	return nil
}

// startAndKill is a start that dies, in a process of its own, unless it is through before.
func startAndKill(ctx context.Context, c config, after int) (killed bool, err error) {
	program, err := os.Executable()
	if err != nil {
		return false, err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), folderOf+"="+c.folder, killAfter+"="+strconv.Itoa(after),
		batchOf+"="+strconv.Itoa(c.batch.Size), containersOf+"="+strconv.Itoa(c.opts.Containers))
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != failed {
		return true, context.Cause(ctx) // by itself, or by Ctrl-C
	}
	if err == nil {
		return false, nil
	}
	return false, fmt.Errorf("a start that was to die has failed: %w", err)
}

// failed is how a start exits that had a reason of its own.
const failed = 3

// loadAndDie is such a start. It reports false where this process is none.
func loadAndDie() bool {
	c := config{folder: os.Getenv(folderOf)}
	if c.folder == "" {
		return false
	}
	after, err1 := strconv.Atoi(os.Getenv(killAfter))
	size, err2 := strconv.Atoi(os.Getenv(batchOf))
	containers, err3 := strconv.Atoi(os.Getenv(containersOf))
	c.batch.Size, c.opts = size, mapper.Options{Name: "load", Containers: containers}
	err := errors.Join(err1, err2, err3)
	if err == nil {
		left := atomic.Int64{}
		left.Store(int64(after))
		_, err = load(context.Background(), c, func(rows int) {
			if left.Add(-int64(rows)) <= 0 {
				kill()
			}
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "etl:", err)
		os.Exit(failed)
	}
	return true
}

// kill ends this process as nothing else does: nothing is closed, nothing is told.
func kill() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	select {} // the signal is on its way
}
