package cluster_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/process"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// The variables that make another process of this program.
const (
	workerOf = "LONGSHORE_TEST_WORKER_OF" // a worker, for the server with that URL
	callerOf = "LONGSHORE_TEST_CALLER_OF" // a caller, whose inputs wait in the directory callerDir
	serverAs = "LONGSHORE_TEST_SERVER"    // a server, which prints its address
	storeOf  = "LONGSHORE_TEST_STORE"     // its directory for JetStream; empty: it has none
	peerOf   = "LONGSHORE_TEST_PEER"      // who it is among several, as JSON of a peer; empty: it is alone

	callerDir = "LONGSHORE_TEST_CALLER_DIR"
	credsOf   = "LONGSHORE_TEST_CREDS"  // WorkerOptions.Creds; empty: none
	slotsOf   = "LONGSHORE_TEST_SLOTS"  // WorkerOptions.Slots; empty: slots
	insideOf  = "LONGSHORE_TEST_INSIDE" // processes; empty: goroutines
	drainTime = "LONGSHORE_TEST_DRAIN"  // WorkerOptions.Drain; empty: as it is by default
)

// become is what this process is instead of the tests, if it is something else.
func become() (as func(context.Context) error) {
	switch {
	case os.Getenv(serverAs) != "":
		return serve
	case os.Getenv(workerOf) != "":
		return func(ctx context.Context) error {
			drain, _ := time.ParseDuration(os.Getenv(drainTime))
			opts := cluster.WorkerOptions{URL: os.Getenv(workerOf), Creds: os.Getenv(credsOf), Slots: slots, Drain: drain}
			if n, err := strconv.Atoi(os.Getenv(slotsOf)); err == nil {
				opts.Slots = n
			}
			if os.Getenv(insideOf) != "" {
				opts.Runtime = process.New(process.Options{Log: func(process.Line) {}})
			}
			return cluster.Serve(ctx, opts)
		}
	case os.Getenv(callerOf) != "":
		return callForEver
	case os.Getenv(recorderOf) != "":
		return record
	}
	return nil
}

// slots are those of a worker.
const slots = 4

// tick is how often tests look.
const tick = time.Millisecond

// serve is a server, as a process that can be killed.
func serve(ctx context.Context) error {
	store := os.Getenv(storeOf)
	opts := &server.Options{
		Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: store != "", StoreDir: store,
	}
	if text := os.Getenv(peerOf); text != "" {
		var one peer
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return err
		}
		one.join(opts)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return err
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		return errors.New("the server does not start")
	}
	fmt.Println(s.Addr())
	<-ctx.Done()
	return nil
}

// runAs runs it until it is told to end.
func runAs(as func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := as(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// job is an input that leaves a trace wherever it is executed.
type job struct {
	N    int
	Dir  string
	Wait bool // until there is a file with the name sign
}

const sign = "sign"

// toil does a job: some milliseconds of work. Each time it begins one it says so in the directory.
func toil(ctx context.Context, j job) (int, error) {
	note(j.Dir, "begun", fmt.Sprintln(j.N))
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-tick.C:
			if _, err := os.Stat(j.Dir + "/" + sign); !j.Wait || err == nil {
				return j.N * j.N, nil
			}
		case <-ctx.Done():
			note(j.Dir, "ended", fmt.Sprintln(context.Cause(ctx)))
			return 0, context.Cause(ctx)
		}
	}
}

var _ = registry.Register(toil)

// note appends a line to a file, at once and whole.
func note(dir, name, line string) {
	f, err := os.OpenFile(dir+"/"+name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.WriteString(line); err != nil {
		panic(err)
	}
}

// begun is how often each job has begun.
func begun(t *testing.T, dir string) map[int]int {
	t.Helper()
	src, err := os.ReadFile(dir + "/begun")
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	all := map[int]int{}
	for line := range strings.Lines(string(src)) {
		n := 0
		_, err := fmt.Sscan(line, &n)
		require.NoError(t, err)
		all[n]++
	}
	return all
}

// jobs are n of them.
func jobs(n int, dir string, wait bool) []job {
	all := make([]job, n)
	for i := range all {
		all[i] = job{N: i, Dir: dir, Wait: wait}
	}
	return all
}

// site is a server process with everybody behind a proxy.
type site struct {
	t       *testing.T
	mu      sync.Mutex
	server  *exec.Cmd
	address string
	door    *proxy // of the caller
	doors   []*proxy
	store   string // of the server
	workers []*exec.Cmd
	fleet   *cluster.Runtime
}

// newSite starts a server and a caller's runtime.
func newSite(t *testing.T, opts cluster.Options) *site {
	t.Helper()
	return (&site{t: t}).open(opts)
}

// open is that.
func (s *site) open(opts cluster.Options) *site {
	s.t.Helper()
	t := s.t
	s.start()
	s.door = between(t, s.at)
	opts.URL = s.door.url()
	s.fleet = open(t, opts)
	return s
}

func (s *site) at() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

// start starts a server process.
func (s *site) start() {
	cmd := spawn(s.t, serverAs+"=1", storeOf+"="+s.store)
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(s.t, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server, s.address = cmd, strings.TrimSpace(line)
}

// crash kills the server, and starts another one.
func (s *site) crash() {
	require.NoError(s.t, s.server.Process.Kill())
	_ = s.server.Wait()
	s.start()
}

// employ starts n more workers, each behind a proxy of its own, and waits until they are known.
func (s *site) employ(n int, env ...string) {
	s.t.Helper()
	for range n {
		door := between(s.t, s.at)
		cmd := spawn(s.t, append(env, workerOf+"="+door.url())...)
		require.NoError(s.t, cmd.Start())
		s.doors, s.workers = append(s.doors, door), append(s.workers, cmd)
	}
	s.await(len(s.workers))
}

// await waits until that many machines are known.
func (s *site) await(n int) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return len(s.fleet.Machines()) == n }, patience, time.Millisecond)
}

// awaitFree waits until no slot of the fleet is taken.
func (s *site) awaitFree(fleet *cluster.Runtime) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		free := 0
		for _, m := range fleet.Machines() {
			free += m.Free
		}
		return free > 0 && free == slots*len(fleet.Machines())
	}, patience, time.Millisecond)
}

func (s *site) signal(worker int, sig os.Signal) {
	s.t.Helper()
	require.NoError(s.t, s.workers[worker].Process.Signal(sig))
}

// spawn makes another process of this program, which ends with the test.
func spawn(t *testing.T, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), env...)
	cmd.Stderr = os.Stderr
	t.Cleanup(func() {
		if cmd.Process == nil {
			return
		}
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}
