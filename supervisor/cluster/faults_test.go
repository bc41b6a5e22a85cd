package cluster_test

import (
	"context"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// fault is something that happens to a fleet of three workers in the middle of a run.
type fault struct {
	lost   time.Duration // Options.Lost
	broken func(s *site) // after a third of the results
	mend   func(s *site) // after two thirds; nil: nothing
	gone   bool          // a machine is lost: what was out there may be executed twice. Else nothing is
	left   int           // how many machines there are at the end
}

const (
	toils   = 3000
	chunks  = 16          // inputs of a container at most, of 5 ms each
	atLeast = time.Minute // never given up, in a test
)

var faults = map[string]fault{
	"killed":  {time.Second, func(s *site) { s.signal(0, syscall.SIGKILL) }, nil, true, 2},
	"drained": {atLeast, func(s *site) { s.signal(0, syscall.SIGTERM) }, nil, false, 2},
	"stopped": {
		2 * time.Second, func(s *site) { s.signal(0, syscall.SIGSTOP); s.await(2) },
		func(s *site) { s.signal(0, syscall.SIGCONT) }, true, 3,
	},
	"partitioned": {
		2 * time.Second, func(s *site) { s.doors[0].sever(); s.await(2) },
		func(s *site) { s.doors[0].mend() }, true, 3,
	},
	"partitioned for a moment": {
		atLeast, func(s *site) { s.doors[0].sever(); time.AfterFunc(time.Second, s.doors[0].mend) }, nil, false, 3,
	},
	"caller partitioned":  {atLeast, func(s *site) { s.door.sever(); time.AfterFunc(time.Second, s.door.mend) }, nil, false, 3},
	"server killed":       {atLeast, (*site).crash, nil, false, 3},
	"server killed twice": {atLeast, (*site).crash, (*site).crash, false, 3},
	"messages lost": {
		atLeast, func(s *site) { s.door.lose.Store(1e4) },
		func(s *site) { s.doors[0].lose.Store(5e4) }, false, 3,
	},
}

// TestFaults: whatever happens to machines, links and the server, each output is right, none is missing, and nobody is
// charged. What is executed twice was out on a machine that was lost.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, cluster.Options{Lost: f.lost})
			s.employ(3)
			dir := t.TempDir()
			run, err := mapper.Start(bounded(t), toil, slices.Values(jobs(toils, dir, false)), mapper.Options{Runtime: s.fleet, CrashLimit: 1})
			require.NoError(t, err)
			n := 0
			for res := range run.All() {
				require.NoError(t, res.Err)
				require.Equal(t, n, res.Index)
				require.Equal(t, n*n, res.Value)
				switch n++; {
				case n == toils/3:
					f.broken(s)
				case n == 2*toils/3 && f.mend != nil:
					f.mend(s)
				}
			}
			require.NoError(t, run.Wait())
			require.Equal(t, toils, n)
			stats := run.Stats()
			require.Zero(t, stats.Pool.Crashes)
			twice := 0
			for i, times := range begun(t, dir) {
				if times > 1 {
					require.LessOrEqual(t, times, 2, "input %d", i)
					twice++
				}
			}
			t.Logf("%d twice, %d lost, %d re-runs", twice, stats.Pool.Lost, stats.Reruns)
			require.LessOrEqual(t, stats.Reruns, stats.Pool.Lost, "one of each container")
			if f.gone {
				require.Equal(t, slots, stats.Pool.Lost)
				require.LessOrEqual(t, twice, slots*chunks)
			} else {
				require.Zero(t, stats.Pool.Lost)
				require.Zero(t, twice)
			}
			s.await(f.left)
			s.awaitFree(s.fleet)
			require.Zero(t, s.fleet.Leases())
		})
	}
}

// waiting is a run of jobs that wait, of which so many have begun.
func waiting(t *testing.T, s *site, dir string, opts mapper.Options) *mapper.Run[job, int] {
	t.Helper()
	opts.Runtime = s.fleet
	run, err := mapper.Start(bounded(t), toil, slices.Values(jobs(200, dir, true)), opts)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(begun(t, dir)) == slots*len(s.workers) }, patience, time.Millisecond)
	return run
}

// TestLostAtFirst: machines that are lost before anything has ever finished do not cut a run off.
func TestLostAtFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{Lost: time.Second})
	s.employ(3)
	dir := t.TempDir()
	run := waiting(t, s, dir, mapper.Options{CrashLimit: 1})
	for i := range 2 {
		s.signal(i, syscall.SIGKILL)
		require.Eventually(t, func() bool { return run.Stats().Pool.Lost == slots*(i+1) }, patience, time.Millisecond)
	}
	finish(t, run, dir)
	require.Equal(t, 2*slots, run.Stats().Pool.Lost)
}

// finish has the jobs of a run go on, and checks all results.
func finish(t *testing.T, run *mapper.Run[job, int], dir string) {
	t.Helper()
	note(dir, sign, "")
	n := 0
	for res := range run.All() {
		require.NoError(t, res.Err)
		require.Equal(t, res.Index*res.Index, res.Value)
		n++
	}
	require.NoError(t, run.Wait())
	require.Equal(t, 200, n)
	require.Zero(t, run.Stats().Pool.Crashes)
}

// awaitNote waits until containers have written in a directory why an input was to end, and returns what they wrote.
func awaitNote(t *testing.T, dir string) string {
	t.Helper()
	var src []byte
	require.Eventually(t, func() bool {
		src, _ = os.ReadFile(dir + "/ended")
		return len(src) > 0
	}, patience, time.Millisecond)
	return string(src)
}

// TestBackAgain: a machine that was given up, and comes back, is told so: its slots are of use again at once.
func TestBackAgain(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct{ leave, back func(*site) }{
		"stopped":     {func(s *site) { s.signal(0, syscall.SIGSTOP) }, func(s *site) { s.signal(0, syscall.SIGCONT) }},
		"partitioned": {func(s *site) { s.doors[0].sever() }, func(s *site) { s.doors[0].mend() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, cluster.Options{Lost: 2 * time.Second})
			s.employ(2)
			dir := t.TempDir()
			run := waiting(t, s, dir, mapper.Options{CrashLimit: 1})
			f.leave(s)
			s.await(1)
			f.back(s)
			require.Contains(t, awaitNote(t, dir), "the caller has given the container up")
			finish(t, run, dir)
			require.Equal(t, slots, run.Stats().Pool.Lost)
		})
	}
}

// linger is a function that panics if the sign is in the directory that is its input, and whose exit lasts until it has to end.
var linger = registry.RegisterState(
	func(context.Context) (*string, error) { return new(string), nil },
	lingering,
	func(ctx context.Context, dir *string) error {
		note(*dir, "exiting", "1\n")
		<-ctx.Done()
		note(*dir, "ended", context.Cause(ctx).Error())
		return context.Cause(ctx)
	},
)

func lingering(_ context.Context, dir *string, in string) (int, error) {
	*dir = in
	if _, err := os.Stat(in + "/" + sign); err == nil {
		panic("told to")
	}
	return 1, nil
}

// TestExitAfterCrash: what a crash has left is closed, for as long as the worker may take to end.
func TestExitAfterCrash(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{Lost: atLeast})
	s.employ(1, drainTime+"=50ms")
	dir := t.TempDir()
	note(dir, sign, "")
	_, err := mapper.WithState(func(context.Context) (*string, error) { return nil, nil }, linger, nil).
		Collect(bounded(t), []string{dir}, mapper.Options{Runtime: s.fleet, Containers: 1, CrashLimit: 1})
	require.ErrorAs(t, err, new(*supervisor.CrashError))
	require.Eventually(t, func() bool { _, err := os.Stat(dir + "/exiting"); return err == nil }, patience, tick)
	s.signal(0, syscall.SIGTERM)
	require.Contains(t, awaitNote(t, dir), "the time for that is over")
	require.NoError(t, s.workers[0].Wait())
}

// TestExitDrainedLate: a machine whose time is over ends exits, too, which is no failure of the run.
func TestExitDrainedLate(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{Lost: atLeast})
	s.employ(1, drainTime+"=50ms")
	dir := t.TempDir()
	run, err := mapper.WithState(func(context.Context) (*string, error) { return nil, nil }, linger, nil).
		Start(bounded(t), slices.Values([]string{dir}), mapper.Options{Runtime: s.fleet, Containers: 1, ExitGrace: patience})
	require.NoError(t, err)
	over := make(chan error, 1)
	go func() {
		for range run.All() {
			continue
		}
		over <- run.Wait()
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(dir + "/exiting"); return err == nil }, patience, tick)
	s.signal(0, syscall.SIGTERM)
	require.Contains(t, awaitNote(t, dir), "the time for that is over")
	require.NoError(t, <-over)
	stats := run.Stats()
	require.Equal(t, []int{1, 0}, []int{stats.Succeeded, stats.Pool.Crashes})
}

// TestDrainedLate: what is killed at the end of a drain is lost, and nobody is charged.
func TestDrainedLate(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	s.employ(2, drainTime+"=50ms")
	dir := t.TempDir()
	run := waiting(t, s, dir, mapper.Options{CrashLimit: 1})
	s.signal(0, syscall.SIGTERM)
	require.Contains(t, awaitNote(t, dir), "the time for that is over")
	require.Eventually(t, func() bool { return run.Stats().Pool.Lost == slots }, patience, time.Millisecond) // else some end in order
	finish(t, run, dir)
	require.Equal(t, slots, run.Stats().Pool.Lost)
}

// TestAtMostOnce: what was out on a lost machine fails, as what may have begun, and is not begun again.
func TestAtMostOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{Lost: time.Second})
	s.employ(3)
	dir := t.TempDir()
	run := waiting(t, s, dir, mapper.Options{AtMostOnce: true, ReturnExceptions: true})
	s.signal(0, syscall.SIGKILL)
	require.Eventually(t, func() bool { return run.Stats().Pool.Lost == slots }, patience, time.Millisecond)
	note(dir, sign, "")
	failed := 0
	for res := range run.All() {
		if res.Err != nil {
			require.ErrorIs(t, res.Err, supervisor.ErrLost)
			failed++
			continue
		}
		require.Equal(t, res.Index*res.Index, res.Value)
	}
	require.NoError(t, run.Wait())
	require.GreaterOrEqual(t, failed, slots)
	require.LessOrEqual(t, failed, slots*chunks)
	for i, times := range begun(t, dir) {
		require.Equal(t, 1, times, "input %d", i)
	}
}

// callForEver is a caller whose inputs wait.
func callForEver(ctx context.Context) error {
	fleet := cluster.New(cluster.Options{URL: os.Getenv(callerOf)})
	defer fleet.Close()
	_, err := mapper.Collect(ctx, toil, jobs(1000, os.Getenv(callerDir), true), mapper.Options{Runtime: fleet})
	return err
}

// TestCallerKilled: the slots of a caller that is gone are free again, and its inputs are told so.
func TestCallerKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t, cluster.Options{})
	s.employ(2)
	dir := t.TempDir()
	caller := spawn(t, callerOf+"="+between(t, s.at).url(), callerDir+"="+dir)
	require.NoError(t, caller.Start())
	require.Eventually(t, func() bool { return len(begun(t, dir)) == 2*slots }, patience, time.Millisecond)
	require.NoError(t, caller.Process.Kill())
	require.Contains(t, awaitNote(t, dir), "the process of the caller is gone")
	s.awaitFree(s.fleet)
	out, err := mapper.Collect(bounded(t), square, ints(100), mapper.Options{Runtime: s.fleet})
	require.NoError(t, err)
	require.Equal(t, 99*99, out[99])
}
