//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/bench/rounds"
	"github.com/longshore-go/longshore/bench/site"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// callerOf makes another process of this program, a caller of the server with that URL; inputsOf says of how many inputs.
const (
	callerOf = "LONGSHORE_BENCH_CALLER_OF"
	inputsOf = "LONGSHORE_BENCH_INPUTS"
)

// lives is a caller that is killed in the middle of a run with a journal, and the next one on the same workers.
var lives = testCase{
	"a caller killed by kill -9", 4,
	[]rounds.Row{{Name: "until the next one has the first result that was not recorded", Unit: "s", Bar: "≤ 2.5"}},
	func(ctx context.Context, s *fleet, scale float64) ([]float64, error) {
		n := scaled(6000, scale)
		killed, err := killedCaller(s, n)
		if err != nil {
			return nil, err
		}
		run, err := life(ctx, s.caller, n)
		if err != nil {
			return nil, err
		}
		took := 0.0
		for r := range run.All() {
			if r.Err != nil {
				return nil, r.Err
			}
			if took == 0 {
				took = time.Since(killed).Seconds()
			}
		}
		if took == 0 {
			return nil, fmt.Errorf("nothing of %d inputs was left", n)
		}
		return []float64{took}, run.Wait()
	},
}

// life is one life of the run: each delivers what those before have not recorded.
func life(ctx context.Context, r *cluster.Runtime, n int) (*mapper.Run[time.Duration, int], error) {
	o := opts(r, workers*4)
	o.Journal, o.Unordered = r.Journal("lives", cluster.JournalOptions{FreshOnly: true}), true
	inputs := make([]time.Duration, n)
	for i := range inputs {
		inputs[i] = 10*time.Millisecond + time.Duration(i) // no two are the same
	}
	return mapper.Start(ctx, nap, slices.Values(inputs), o)
}

// firstLife is the caller that is killed. It prints a line after a third of its results.
func firstLife(ctx context.Context, url string) error {
	n, err := strconv.Atoi(os.Getenv(inputsOf))
	if err != nil {
		return err
	}
	r := cluster.New(cluster.Options{URL: url})
	defer r.Close()
	run, err := life(ctx, r, n)
	if err != nil {
		return err
	}
	got := 0
	for range run.All() {
		if got++; got == n/3 {
			fmt.Println(got)
		}
	}
	return run.Wait()
}

// killedCaller starts one, and kills it when it has had a third of its results.
func killedCaller(s *fleet, n int) (at time.Time, err error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), callerOf+"="+s.URL, fmt.Sprint(inputsOf, "=", n)), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return at, err
	}
	if err := cmd.Start(); err != nil {
		return at, err
	}
	defer site.Kill(cmd)
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return at, fmt.Errorf("the first caller: %w", err)
	}
	return time.Now(), nil
}
