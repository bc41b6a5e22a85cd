package journal_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// A child is a program that runs with a journal, for tests that kill it. What it does it says on
// its stdout, a line at a time: "x 5" before it executes input 5, "d 5" when that is delivered.

const childPlan = "JOURNAL_CHILD_PLAN"

// plan is what a child does.
type plan struct {
	Path        string
	Inputs      int
	Form        string // Collect, ordered, unordered, batched, processes
	Work        time.Duration
	Containers  int
	Killer      int // the input that kills the process; 0 for none
	Once        bool
	NoSync      bool
	Again       bool // Options.RetryPoison
	Stops       bool // the killer only stops the process, until it is told to continue
	Large       int  // bytes of each value; 0 for a few
	Outstanding int
	SlowSync    time.Duration // how much longer each sync of the disk takes
	Reads       bool          // it only reads, in one transaction, until its stdin ends
	Starts      string        // starts a process that outlives it: "exec" as any, "holds" with the lock's descriptor
	Waits       bool          // it only waits, until its stdin ends
	KillAt      int           // the operation of the disk at which the process is killed; 0 for none
	Counts      bool          // it counts these operations
	Pad         int           // bytes that each value is longer
	Slow        int           // the input that takes Long
	Long        time.Duration // likewise
	Dies        time.Duration // after which the process dies, whatever executes; 0 for never
	Late        bool          // the killer ends the run in order, and kills the process before that has ended
}

var _ = process.Register(inWorker)

var _ = process.Register(inBadWorker)

// inBadWorker ends its worker for one input, after a while.
func inBadWorker(_ context.Context, in int) (string, error) {
	if in == badInWorker {
		time.Sleep(400 * time.Millisecond)
		os.Exit(5)
	}
	return valueOf(in), nil
}

const badInWorker = 7

// inWorker is the function in worker processes.
func inWorker(_ context.Context, in int) (string, error) { return valueOf(in), nil }

func valueOf(in int) string { return fmt.Sprintf("value of %d", in) + pad }

var pad string // of all values of a child

func signalSelf(s os.Signal) {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Signal(s)
	}
}

func say(kind string, in int) { _, _ = fmt.Fprintf(os.Stdout, "%s %d\n", kind, in) }

// child is its main.
func child(text string) {
	var p plan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		panic(err)
	}
	if p.Waits {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	if p.Reads {
		p.read()
		return
	}
	pad = strings.Repeat(".", p.Pad)
	if p.SlowSync > 0 || p.Counts {
		otherDisk(p.SlowSync, p.KillAt)
	}
	j, err := journal.Open(p.Path, journal.Options{NoSync: p.NoSync, RetryPoison: p.Again})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(3)
	}
	if p.Starts != "" {
		p.start(j)
	}
	if p.Dies > 0 {
		time.AfterFunc(p.Dies, func() { os.Exit(8) })
	}
	err = p.run(j)
	say("returned", 0)
	if err == nil || errors.Is(err, context.Canceled) {
		err = errors.Join(err, j.Close())
	}
	if err != nil {
		fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(3)
	}
	fmt.Println("closed")
	say("syncs", int(syncs.Load()))
	say("operations", int(operations.Load()))
}

// start starts a process that waits for the end of this one's stdin, whose other end the test has.
func (p plan) start(j *journal.File) {
	text, _ := json.Marshal(plan{Waits: true})
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childPlan+"="+string(text))
	c.Stdin = os.Stdin
	if p.Starts == "holds" {
		c.ExtraFiles = []*os.File{j.LockFile()}
	}
	if err := c.Start(); err != nil {
		panic(err)
	}
	say("started", c.Process.Pid)
}

// read has a transaction that reads, as the command line of SQLite's would.
func (p plan) read() {
	db, err := sql.Open("sqlite", "file:"+p.Path+"?mode=ro")
	if err != nil {
		panic(err)
	}
	tx, err := db.Begin()
	if err != nil {
		panic(err)
	}
	count := func() (n int) {
		if err := tx.QueryRow("SELECT count(*) FROM results").Scan(&n); err != nil {
			panic(err)
		}
		return n
	}
	say("sees", count())
	_, _ = io.Copy(io.Discard, os.Stdin)
	say("sees", count())
	_ = tx.Rollback()
	_ = db.Close()
}

func (p plan) run(j *journal.File) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	inputs := make([]int, p.Inputs)
	for i := range inputs {
		inputs[i] = i + 1
	}
	opts := mapper.Options{
		Journal: j, Containers: p.Containers, Unordered: p.Form == "unordered", AtMostOnce: p.Once, ReturnExceptions: true,
		Outstanding: p.Outstanding,
	}
	fn := func(ctx context.Context, in int) (string, error) {
		say("x", in)
		if in == p.Killer && p.Late {
			signalSelf(syscall.SIGTERM)
			<-ctx.Done()
			time.Sleep(p.Work)
		}
		if in == p.Killer && p.Stops {
			signalSelf(stopSignal)
			return valueOf(in), nil
		}
		if in == p.Killer {
			os.Exit(9) // as a fault of the runtime, or of C, would
		}
		if in == p.Slow {
			time.Sleep(p.Long)
		}
		time.Sleep(p.Work)
		return valueOf(in), nil
	}
	switch p.Form {
	case "Collect":
		return told(mapper.Collect(ctx, fn, inputs, opts))
	case "crashing processes":
		opts.Runtime = process.New(process.Options{})
		opts.Observer = supervisor.ObserverFunc(func(e supervisor.Event) {
			if e.Kind == supervisor.InputRerun {
				say("r", e.Input+1)
				if p.Killer > 0 {
					time.AfterFunc(p.Work, func() { os.Exit(9) })
				}
			}
		})
		return told(mapper.Collect(ctx, inBadWorker, inputs, opts))
	case "processes":
		opts.Runtime = process.New(process.Options{})
		return told(mapper.Collect(ctx, inWorker, inputs, opts))
	case "batched":
		many := func(ctx context.Context, in []int) (out []string, err error) {
			for _, i := range in {
				v, err := fn(ctx, i)
				if err != nil {
					return nil, err
				}
				out = append(out, v)
			}
			return out, nil
		}
		return told(mapper.Batched(many, mapper.Batch{Size: 10}).Collect(ctx, inputs, opts))
	}
	if p.Large > 0 {
		return p.runLarge(ctx, inputs, opts)
	}
	run, err := mapper.Start(ctx, fn, slices.Values(inputs), opts)
	if err != nil {
		return err
	}
	for r := range run.All() {
		if err := tell(r.Input, r.Value, r.Err); err != nil {
			return err
		}
	}
	return run.Wait()
}

// runLarge is a run with large values. It tells of the most that were executed and not recorded.
func (p plan) runLarge(ctx context.Context, inputs []int, opts mapper.Options) error {
	var executed, told atomic.Int64
	waited := int64(0) // by whoever records
	large := func(_ context.Context, in int) ([]byte, error) {
		say("x", in)
		executed.Add(1)
		return make([]byte, p.Large), nil
	}
	defer func() { say("waited", int(waited)) }()
	run, err := mapper.Start(ctx, large, slices.Values(inputs), opts)
	if err != nil {
		return err
	}
	for r := range run.All() {
		waited = max(waited, executed.Load()-told.Load())
		told.Add(1)
		if r.Err != nil || len(r.Value) != p.Large {
			return fmt.Errorf("input %d: %w", r.Input, r.Err)
		}
		say("d", r.Input)
	}
	return run.Wait()
}

// told tells of all that Collect has returned.
func told(out []string, err error) error {
	failed := map[int]error{}
	if e, ok := err.(*mapper.FailuresError); ok {
		for _, f := range e.Failures {
			failed[f.Index+1] = f.Err
		}
	} else if err != nil {
		return err
	}
	for i, v := range out {
		if err := tell(i+1, v, failed[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func tell(in int, value string, err error) error {
	switch {
	case err != nil:
		fmt.Println("failed", in, strings.ReplaceAll(err.Error(), "\n", " "))
	case value != valueOf(in):
		return fmt.Errorf("input %d has the value %q", in, value)
	default:
		say("d", in)
	}
	return nil
}

// life is what a child has told.
type life struct {
	executed   []int
	delivered  []int
	operations int   // of the disk
	syncs      int   // likewise
	waited     int   // results, at most
	reran      []int // after a crash of a container
	failed     map[int]string
	ended      bool // by itself, in order
	err        string
}

// live runs a child, and kills it after a time; 0 lets it live.
func (p plan) live(t testing.TB, kill time.Duration) life { return p.liveTill(t, kill, os.Kill) }

// command is a child.
func (p plan) command(t testing.TB) *exec.Cmd {
	text, err := json.Marshal(p)
	require.NoError(t, err)
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childPlan+"="+string(text))
	c.Stderr = io.Discard
	return c
}

// liveTill has it end by a signal.
func (p plan) liveTill(t testing.TB, kill time.Duration, by os.Signal) life {
	c := p.command(t)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { _ = c.Process.Signal(by) })
		defer timer.Stop()
	}
	said, err := io.ReadAll(out)
	require.NoError(t, err)
	err = c.Wait()
	l := life{ended: err == nil, failed: map[int]string{}}
	whole := said[:bytes.LastIndexByte(said, '\n')+1] // the last line may be cut off
	for lines := bufio.NewScanner(bytes.NewReader(whole)); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		var in int
		_, _ = fmt.Sscan(rest, &in)
		switch word {
		case "x":
			l.executed = append(l.executed, in)
		case "operations":
			l.operations = in
		case "syncs":
			l.syncs = in
		case "waited":
			l.waited = in
		case "r":
			l.reran = append(l.reran, in)
		case "d":
			l.delivered = append(l.delivered, in)
		case "failed":
			_, l.failed[in], _ = strings.Cut(rest, " ")
		case "error":
			l.err = rest
		}
	}
	return l
}
