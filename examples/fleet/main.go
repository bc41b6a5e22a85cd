// Fleet shows a run on several machines, one of which is killed: a server, three workers and a caller, on this machine.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// workerOf is the variable that makes a worker of this program, for the server with that URL.
const workerOf = "FLEET_WORKER_OF"

const (
	workers = 3
	slots   = 4
	inputs  = 2000
)

var _ = registry.Register(square)

// square takes as long as some work does.
func square(ctx context.Context, n int) (int, error) {
	select {
	case <-time.After(5 * time.Millisecond):
		return n * n, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func main() {
	err := error(nil)
	if url := os.Getenv(workerOf); url != "" {
		err = cluster.Serve(context.Background(), cluster.WorkerOptions{URL: url, Slots: slots})
	} else {
		err = call(os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// call starts the server and the workers, and runs.
func call(out io.Writer) error {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	if err != nil {
		return err
	}
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	if !s.ReadyForConnections(10 * time.Second) {
		return fmt.Errorf("the server did not start")
	}
	var crew []*exec.Cmd
	for range workers {
		cmd := exec.Command(os.Args[0])
		cmd.Env, cmd.Stderr = append(os.Environ(), workerOf+"="+s.ClientURL()), os.Stderr
		if err := cmd.Start(); err != nil {
			return err
		}
		defer func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}()
		crew = append(crew, cmd)
	}
	return run(out, s.ClientURL(), crew[0])
}

// run squares numbers, and kills a worker on the way.
func run(out io.Writer, url string, victim *exec.Cmd) error {
	fleet := cluster.New(cluster.Options{URL: url})
	defer fleet.Close()
	numbers := make([]int, inputs)
	for i := range numbers {
		numbers[i] = i
	}
	r, err := mapper.Start(context.Background(), square, slices.Values(numbers), mapper.Options{Runtime: fleet, Name: "square"})
	if err != nil {
		return err
	}
	right := 0
	for res := range r.All() {
		if res.Err == nil && res.Value == res.Index*res.Index {
			right++
		}
		if res.Index == inputs/4 {
			fmt.Fprintln(out, "a worker is killed")
			_ = victim.Process.Kill()
		}
	}
	if err := r.Wait(); err != nil {
		return err
	}
	pool := r.Stats().Pool
	fmt.Fprintf(out, "%d of %d squares are right, %d containers were lost, %d crashes were charged\n",
		right, inputs, pool.Lost, pool.Crashes)
	for _, m := range fleet.Machines() {
		fmt.Fprintf(out, "worker %d: %d slots\n", m.PID, m.Slots)
	}
	return nil
}
