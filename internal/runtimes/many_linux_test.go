package runtimes

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// TestPoisons has eight bad inputs of eight kinds among ten thousand: no other fails.
func TestPoisons(t *testing.T) {
	warmUp(t)
	nothingLeft(t)
	poisons := map[int]fault{
		100:  {do: "panic", kind: process.KindPanic},
		1500: {do: "goexit", kind: process.KindGoexit},
		1501: {do: "map writes", kind: process.KindFatal},
		2900: {do: "exit 0", kind: process.KindExit},
		4300: {do: "killed", kind: process.KindKilled},
		6000: {do: "abort", kind: process.KindSignal},
		8000: {do: "stack overflow", kind: process.KindStackOverflow},
		9999: {do: "memory hog", kind: process.KindMemory},
	}
	in := orders(10_000)
	for i := range in {
		in[i].Do = "work"
	}
	var bad []int
	for i, f := range poisons {
		in[i].Do = f.do
		bad = append(bad, i)
	}
	p := processes(process.Options{Memory: 512 << 20})
	all, run := results(t, p.with(mapper.Options{CrashLimit: 2, ReturnExceptions: true}), in)
	require.NoError(t, run.Wait())
	right(t, all, 10_000, bad...)
	for i, f := range poisons {
		f.check(t, all[i])
	}
	stats := run.Stats()
	require.Equal(t, []int{9992, 8}, []int{stats.Succeeded, stats.Failed})
}

func init() {
	deeds["work"] = func(context.Context, order) error {
		for began := time.Now(); time.Since(began) < 20*time.Microsecond; {
			continue
		}
		return nil
	}
}

// TestAtMostOnce has a worker die without a word, among inputs that are quick: those that
// it has finished and not reported yet must not be begun again.
func TestAtMostOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := orders(2000)
	for i := range in {
		in[i].Dir = dir
	}
	for i := 100; i < len(in); i += 200 {
		in[i].Do = "exit 7"
	}
	opts := processes(process.Options{}).with(mapper.Options{AtMostOnce: true, ReturnExceptions: true})
	all, _ := results(t, opts, in)
	require.Len(t, all, len(in))
	for i, attempts := range begun(t, dir) {
		require.Equal(t, []int{1}, attempts, "input %d", i)
	}
}

// TestLeavingEarly leaves runs in every way before their end: nothing is left either.
func TestLeavingEarly(t *testing.T) {
	warmUp(t)
	p := processes(process.Options{})
	for name, leaveIt := range map[string]func(*mapper.Run[order, answer]){
		"break": func(run *mapper.Run[order, answer]) {
			for range run.All() {
				break
			}
		},
		"Stop": func(run *mapper.Run[order, answer]) {
			run.Stop()
			for range run.All() {
				continue
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			nothingLeft(t)
			dir := t.TempDir()
			in := orders(1000, order{N: 1, Do: "blocked", Dir: dir}, order{N: 500, Do: "grandchildren, blocked"})
			run, err := mapper.Start(bounded(t), obey, slices.Values(in), p.with(mapper.Options{Grace: graceTime}))
			require.NoError(t, err)
			eventually(t, "it executes", func() bool { return len(begun(t, dir)) == 1 })
			leaveIt(run)
			require.ErrorIs(t, run.Wait(), mapper.ErrStopped)
		})
	}
}

// TestCrashLeavesNothing deploys a function of which every container dies, for a while.
func TestCrashLeavesNothing(t *testing.T) {
	warmUp(t)
	nothingLeft(t)
	body, p := processes(process.Options{}).stateful(t, "exit")
	f := deploy(t, body, p.with(mapper.Options{Crashes: quick}))
	_, err := f.Spawn(bounded(t), order{})
	require.NoError(t, err)
	eventually(t, "it has crashed often", func() bool { return f.Stats().Pool.Crashes >= 4 })
	snap := f.Stats().Pool
	require.True(t, snap.CrashLooping)
	require.Equal(t, process.KindExit, snap.Last.Kind)
	require.Equal(t, 3, snap.Last.Exit)
	require.Equal(t, supervisor.PhaseStart, snap.Last.Phase)
}
