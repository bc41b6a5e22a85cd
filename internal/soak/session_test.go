package main

import (
	"bytes"
	"os/exec"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests that play rounds are not parallel: a round looks at what the whole program has left.

func TestRoundsWithoutAFinding(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"-kind", "goroutines", "-seed", "1", "-rounds", "4"}, &out)
	require.NoError(t, err, "%s", out.String())
	require.Regexp(t, `(?m)^ *[0-9]+ ok$`, out.String(), "what was injected is counted")
	require.Contains(t, out.String(), "4 rounds in ")
}

func TestWorkersDieInARound(t *testing.T) {
	if !haveWorkers {
		t.Skip("no worker processes here")
	}
	p := calmPlan()
	p.Processes, p.Opts.CrashLimit = true, 2
	p.Acts[0].Scripts = []script{nil, {{Does: "kill"}, {Does: "exit"}}, nil}
	injected := newTally()
	require.NoError(t, warmUp())
	require.NoError(t, perform(t.Context(), p, injected, new(atomic.Int64)))
	require.Equal(t, 1, injected.count["kill"], "what a dead worker wrote down is in the book")
	require.Equal(t, 1, injected.count["exit"])
}

// TestAFindingIsTold plants a fault into a round with the real mapper.
func TestAFindingIsTold(t *testing.T) {
	p := calmPlan()
	p.Seed, p.Opts.Containers = 7, -1
	var out bytes.Buffer
	require.NoError(t, warmUp())
	err := newSession(config{limit: time.Hour}, &out).round(t.Context(), p)
	require.ErrorContains(t, err, "seed 7")
	require.Contains(t, out.String(), "act 0 failed without a reason")
	require.Contains(t, out.String(), "input 1: [{error 0s}]", "the plan")
	require.Contains(t, out.String(), "replay: go run -race ./internal/soak -kind goroutines -seed 7 -rounds 1\n")
}

func TestWhatIsLeftIsFound(t *testing.T) {
	require.NoError(t, warmUp())
	before, err := survey()
	require.NoError(t, err)
	require.NoError(t, before.compare())

	stop := make(chan struct{})
	for range 8 { // more than may have been about to end before: the goroutine of another test
		go func() { <-stop }()
	}
	require.ErrorContains(t, before.compare(), "TestWhatIsLeftIsFound", "with the stack of the goroutine")
	close(stop)
	require.NoError(t, before.left())
	if runtime.GOOS != "linux" {
		return
	}
	child := exec.Command("sleep", "1000")
	require.NoError(t, child.Start())
	require.ErrorContains(t, before.compare(), "processes")
	require.NoError(t, child.Process.Kill())
	require.ErrorContains(t, before.compare(), "processes", "a zombie counts")
	_ = child.Wait()
	require.NoError(t, before.left())
}

func TestMemoryThatIsKeptIsFound(t *testing.T) {
	h := heap{rounds: warm - 1}
	require.NoError(t, h.check(), "it is the base")
	kept := make([]byte, 2*allowed)
	for range between - 1 {
		require.NoError(t, h.check())
	}
	require.ErrorContains(t, h.check(), "bytes live after")
	runtime.KeepAlive(kept)
}

func TestTheDogBarksAtARoundThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var progress atomic.Int64
		barked := time.Duration(0)
		began := time.Now()
		stopped := time.AfterFunc(30*time.Second, func() { progress.Add(1) })
		watch(t.Context(), &progress, time.Minute, func() { barked = time.Since(began) })
		require.False(t, stopped.Stop())
		require.InDelta(t, 90, barked.Seconds(), 2)
	})
	var out bytes.Buffer
	hung(&out, calmPlan(), time.Minute)
	require.Contains(t, out.String(), "goroutine ")
	require.Contains(t, out.String(), "replay: ")
}
