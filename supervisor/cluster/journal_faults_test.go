package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// recorderOf is the variable that makes another process a caller with a journal: its recording, as JSON.
const recorderOf = "LONGSHORE_TEST_RECORDER"

// recording is a run of toil with a journal. In its directory it notes what is begun, what is delivered, and how it ends.
type recording struct {
	URL, Store, Dir string
	N               int
	Fleet           bool // else goroutines toil
	Once            bool
	Unordered       bool
	Replicas        int
	Lost            time.Duration
}

// newDepot is a site whose server has JetStream.
func newDepot(t *testing.T, opts cluster.Options) *site {
	t.Helper()
	return (&site{t: t, store: t.TempDir()}).open(opts)
}

// record is the main of such a process.
func record(ctx context.Context) error {
	var r recording
	if err := json.Unmarshal([]byte(os.Getenv(recorderOf)), &r); err != nil {
		return err
	}
	fleet := cluster.New(cluster.Options{URL: r.URL, Store: r.Store, Lost: r.Lost})
	err := r.run(ctx, fleet)
	note(r.Dir, "over", fmt.Sprintln(err))
	return errors.Join(fleet.Close(), err)
}

func (r recording) options(fleet *cluster.Runtime) mapper.Options {
	opts := mapper.Options{
		Journal: fleet.Journal("batch", cluster.JournalOptions{Replicas: r.Replicas}), AtMostOnce: r.Once, ReturnExceptions: r.Once, Containers: 8,
		Unordered: r.Unordered,
	}
	if r.Fleet {
		opts.Runtime, opts.Containers = fleet, 0
	}
	return opts
}

func (r recording) run(ctx context.Context, fleet *cluster.Runtime) error {
	run, err := mapper.Start(ctx, toil, slices.Values(jobs(r.N, r.Dir, false)), r.options(fleet))
	if err != nil {
		return err
	}
	for res := range run.All() {
		if res.Err != nil {
			note(r.Dir, "failed", fmt.Sprintln(res.Input.N, res.Err))
			continue
		}
		if res.Value != res.Input.N*res.Input.N {
			return fmt.Errorf("input %d has the value %d", res.Input.N, res.Value)
		}
		note(r.Dir, "delivered", fmt.Sprintln(res.Input.N))
	}
	return run.Wait()
}

// start starts it as a process.
func (r recording) start(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(r)
	require.NoError(t, err)
	cmd := spawn(t, recorderOf+"="+string(text))
	cmd.Stderr = nil
	require.NoError(t, cmd.Start())
	return cmd
}

// lines are those of a file in the directory.
func lines(dir, name string) []string {
	src, _ := os.ReadFile(dir + "/" + name)
	return strings.Fields(string(src))
}

// awaitDelivered waits until so many results are delivered.
func (r recording) awaitDelivered(t *testing.T, n int) {
	t.Helper()
	defer func() { // else one that hangs is all that is seen of it
		if t.Failed() {
			t.Logf("%d delivered, over: %v", len(lines(r.Dir, "delivered")), lines(r.Dir, "over"))
		}
	}()
	require.Eventually(t, func() bool { return len(lines(r.Dir, "delivered")) >= n || len(lines(r.Dir, "over")) > 0 }, patience, tick)
	require.GreaterOrEqual(t, len(lines(r.Dir, "delivered")), n)
}

// kill kills it when it has delivered that many, and returns what is delivered for good.
func (r recording) kill(t *testing.T, n int) map[string]bool {
	t.Helper()
	cmd := r.start(t)
	r.awaitDelivered(t, n)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	was := map[string]bool{}
	for _, in := range lines(r.Dir, "delivered") {
		was[in] = true
	}
	require.Less(t, len(was), r.N, "it was killed in the middle")
	return was
}

// TestRecorderKilled: what was delivered before the caller was killed is delivered again, and never executed.
func TestRecorderKilled(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]recording{
		"goroutines":    {N: 1500},
		"unordered":     {N: 1500, Unordered: true},
		"fleet":         {N: 1500, Fleet: true},
		"server inside": {N: 800, Store: "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r.Lost, r.Dir = time.Second, t.TempDir()
			opts := cluster.Options{Lost: r.Lost}
			var fleet *cluster.Runtime
			if r.Store != "" {
				r.Store = t.TempDir()
				opts.Store = r.Store
			} else {
				s := newDepot(t, opts)
				r.URL, fleet = s.door.url(), s.fleet
				if r.Fleet {
					s.employ(3)
				}
			}
			was := r.kill(t, r.N/2)
			before := begun(t, r.Dir)
			if fleet == nil {
				fleet = keeping(t, opts)
			}
			again := r
			again.Dir = r.Dir
			require.NoError(t, os.Remove(r.Dir+"/delivered"))
			require.NoError(t, again.run(bounded(t), fleet))
			require.Len(t, lines(r.Dir, "delivered"), r.N)
			after := begun(t, r.Dir)
			twice := 0
			for i := range r.N {
				require.GreaterOrEqual(t, after[i], 1)
				if was[fmt.Sprint(i)] {
					require.Equal(t, before[i], after[i], "input %d was delivered, and ran again", i)
				} else if after[i] > 1 {
					twice++
				}
			}
			t.Logf("%d delivered before, %d ran again", len(was), twice)
		})
	}
}

// TestRecorderAtMostOnce: nothing is begun twice, whatever becomes of the caller.
func TestRecorderAtMostOnce(t *testing.T) {
	t.Parallel()
	for _, fleet := range []bool{false, true} {
		t.Run(fmt.Sprintf("fleet %t", fleet), func(t *testing.T) {
			t.Parallel()
			s := newDepot(t, cluster.Options{Lost: time.Second})
			if fleet {
				s.employ(2)
			}
			r := recording{URL: s.door.url(), Dir: t.TempDir(), N: 1500, Once: true, Fleet: fleet, Lost: time.Second}
			was := r.kill(t, r.N/3)
			s.awaitIdle()
			require.NoError(t, os.Remove(r.Dir+"/delivered"))
			require.NoError(t, r.run(bounded(t), s.fleet))
			for i, times := range begun(t, r.Dir) {
				require.Equal(t, 1, times, "input %d", i)
			}
			now := map[string]bool{}
			for _, in := range lines(r.Dir, "delivered") {
				now[in] = true
			}
			for in := range was {
				require.True(t, now[in], "%s was delivered", in)
			}
			failed, err := os.ReadFile(r.Dir + "/failed")
			require.NoError(t, err)
			require.Contains(t, string(failed), mapper.ErrInterrupted.Error())
			require.Equal(t, r.N, len(now)+strings.Count(string(failed), "\n"))
		})
	}
}

// awaitIdle waits until workers have given up what a caller that is gone has left: it may still begin.
func (s *site) awaitIdle() {
	if len(s.workers) > 0 {
		s.awaitFree(s.fleet)
	}
}

// TestRecorderFenced: an owner that stood still while another took over can write nothing any more.
func TestRecorderFenced(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{Lost: time.Second})
	r := recording{URL: s.door.url(), Dir: t.TempDir(), N: 1500, Lost: time.Second}
	cmd := r.start(t)
	r.awaitDelivered(t, r.N/3)
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	other := recording{URL: r.URL, Dir: r.Dir, N: r.N}
	begins := make(chan error, 1)
	go func() { begins <- other.run(bounded(t), s.fleet) }()
	stalled := len(lines(r.Dir, "delivered"))
	require.Eventually(t, func() bool { return len(lines(r.Dir, "delivered")) > stalled+r.N/2 }, patience, tick)
	require.NoError(t, cmd.Process.Signal(syscall.SIGCONT))
	require.Error(t, cmd.Wait())
	over, err := os.ReadFile(r.Dir + "/over")
	require.NoError(t, err)
	require.Contains(t, string(over), "is in use by process")
	require.NoError(t, <-begins)
	before := begun(t, r.Dir)
	require.NoError(t, other.run(bounded(t), s.fleet))
	require.Equal(t, before, begun(t, r.Dir), "all is recorded")
}

// outage is longer than the server may take for one answer.
const outage = 2500 * time.Millisecond

// TestRecorderServerKilled: a server that is killed and comes back is waited for, and nothing runs twice.
func TestRecorderServerKilled(t *testing.T) {
	t.Parallel()
	for _, fleet := range []bool{false, true} {
		t.Run(fmt.Sprintf("fleet %t", fleet), func(t *testing.T) {
			t.Parallel()
			s := newDepot(t, cluster.Options{Lost: atLeast})
			if fleet {
				s.employ(2)
			}
			r := recording{Dir: t.TempDir(), N: 1500, Fleet: fleet}
			over := make(chan error, 1)
			go func() { over <- r.run(bounded(t), s.fleet) }()
			r.awaitDelivered(t, r.N/4)
			s.crash()
			r.awaitDelivered(t, r.N/2)
			require.NoError(t, s.server.Process.Kill())
			_ = s.server.Wait()
			<-time.After(outage)
			s.start()
			require.NoError(t, <-over)
			require.Len(t, lines(r.Dir, "delivered"), r.N)
			for i, times := range begun(t, r.Dir) {
				require.Equal(t, 1, times, "input %d", i)
			}
			require.NoError(t, r.run(bounded(t), s.fleet))
			for i, times := range begun(t, r.Dir) {
				require.Equal(t, 1, times, "input %d", i)
			}
		})
	}
}

// broken is a run whose journal is broken in the middle, and how it ends. What was delivered is recorded.
func (s *site) broken(o cluster.JournalOptions, happens func(js jetstream.JetStream)) *mapper.JournalError {
	s.t.Helper()
	dir := s.t.TempDir()
	run, err := mapper.Start(bounded(s.t), toil, slices.Values(jobs(3000, dir, false)),
		mapper.Options{Journal: s.fleet.Journal("batch", o), Containers: 4})
	require.NoError(s.t, err)
	n := 0
	for res := range run.All() {
		if res.Err != nil {
			continue
		}
		if n++; n == 500 {
			happens(s.jetStream())
		}
	}
	var failed *mapper.JournalError
	require.ErrorAs(s.t, run.Wait(), &failed)
	require.Less(s.t, n, 3000)
	return failed
}

// jetStream is a connection of the test's own.
func (s *site) jetStream() jetstream.JetStream {
	s.t.Helper()
	nc, err := nats.Connect("nats://" + s.at())
	require.NoError(s.t, err)
	s.t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	require.NoError(s.t, err)
	return js
}

const streamName = "LONGSHORE_batch"

// TestJournalBroken: a journal that cannot be written any more ends its run, and says why.
func TestJournalBroken(t *testing.T) {
	t.Parallel()
	t.Run("deleted", func(t *testing.T) {
		t.Parallel()
		s := newDepot(t, cluster.Options{})
		err := s.broken(cluster.JournalOptions{}, func(js jetstream.JetStream) {
			require.NoError(t, js.DeleteStream(t.Context(), streamName))
		})
		require.ErrorIs(t, err, jetstream.ErrStreamNotFound)
	})
	t.Run("full", func(t *testing.T) {
		t.Parallel()
		s := newDepot(t, cluster.Options{})
		err := s.broken(cluster.JournalOptions{MaxBytes: 40_000}, func(jetstream.JetStream) {})
		require.ErrorIs(t, err, syscall.ENOSPC)
	})
	t.Run("server gone", func(t *testing.T) {
		t.Parallel()
		s := newDepot(t, cluster.Options{})
		err := s.broken(cluster.JournalOptions{Wait: time.Second}, func(jetstream.JetStream) {
			require.NoError(t, s.server.Process.Kill())
		})
		require.Equal(t, "commit", err.Op)
		require.ErrorContains(t, err, "no answer within 1s")
	})
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		s := newDepot(t, cluster.Options{})
		s.broken(cluster.JournalOptions{}, func(jetstream.JetStream) { require.NoError(t, s.fleet.Close()) })
	})
}

// TestNoJetStream: a server without it is told from one that is gone.
func TestNoJetStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	_, err := mapper.Collect(t.Context(), plus, []int{1}, mapper.Options{Journal: s.fleet.Journal("a", cluster.JournalOptions{})})
	var failed *mapper.JournalError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, jetstream.ErrJetStreamNotEnabled)
}

// opened is what a run says of its journal.
func opened(t *testing.T, o mapper.Options, inputs []int) (said string, out []int, err error) {
	t.Helper()
	o.Observer = supervisor.ObserverFunc(func(e supervisor.Event) {
		if e.Kind == supervisor.JournalOpened {
			said = e.Text
		}
	})
	out, err = mapper.Collect(t.Context(), plus, inputs, o)
	return said, out, err
}

// TestBadMessages: what somebody else has published, or what is damaged, is counted, and what it may have had runs again.
func TestBadMessages(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	inputs := make([]int, 100)
	for i := range inputs {
		inputs[i] = i
	}
	opts := mapper.Options{Journal: s.fleet.Journal("batch", cluster.JournalOptions{})}
	_, _, err := opened(t, opts, inputs)
	require.NoError(t, err)
	js := s.jetStream()
	stream, err := js.Stream(t.Context(), streamName)
	require.NoError(t, err)
	whole, err := stream.GetMsg(t.Context(), stream.CachedInfo().State.LastSeq)
	require.NoError(t, err)
	publish := func(data []byte) {
		_, err := js.Publish(t.Context(), "ls.journal.batch", data)
		require.NoError(t, err)
	}
	publish(nil)
	publish([]byte("hello"))
	said, out, err := opened(t, opts, inputs)
	require.NoError(t, err)
	require.Contains(t, said, "100 of 100 inputs are restored")
	require.Contains(t, said, "2 messages in it are damaged, or none of its own")
	require.Equal(t, 100, out[99])
	for cut := range len(whole.Data) {
		publish(whole.Data[:cut])
	}
	for i := range slices.Backward(whole.Data) { // so that no whole row follows a broken one
		flipped := slices.Clone(whole.Data)
		flipped[i] ^= 1 << (i % 8)
		publish(flipped)
	}
	said, out, err = opened(t, opts, inputs)
	require.NoError(t, err)
	require.Contains(t, said, "100 of 100 inputs are restored")
	for i, v := range out {
		require.Equal(t, i+1, v)
	}
	opts.AtMostOnce = true
	_, _, err = opened(t, opts, inputs)
	var failed *mapper.JournalError
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, "damaged")
}

// TestForeignWhileRunning: what somebody else publishes meanwhile does not end the run.
func TestForeignWhileRunning(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	r := recording{Dir: t.TempDir(), N: 1000}
	over := make(chan error, 1)
	go func() { over <- r.run(bounded(t), s.fleet) }()
	js := s.jetStream()
	for n := 100; n < r.N; n += 100 {
		r.awaitDelivered(t, n)
		_, err := js.Publish(t.Context(), "ls.journal.batch", []byte("hello"))
		require.NoError(t, err)
	}
	require.NoError(t, <-over)
	require.Len(t, lines(r.Dir, "delivered"), r.N)
	before := begun(t, r.Dir)
	require.NoError(t, r.run(bounded(t), s.fleet))
	require.Equal(t, before, begun(t, r.Dir))
}
