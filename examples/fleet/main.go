// Fleet shows a run on several machines, one of which is killed: a server, three workers and a caller, on this machine.
//
//	go run ./examples/fleet
//	go run ./examples/fleet -dashboard 127.0.0.1:7070
//
// The page shows the machines, what is where, and the one that is lost.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
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
	if url := os.Getenv(workerOf); url != "" {
		if err := cluster.Serve(context.Background(), cluster.WorkerOptions{URL: url, Slots: slots}); err != nil {
			fmt.Fprintln(os.Stderr, "fleet:", err)
			os.Exit(1)
		}
		return
	}
	board := watch.Flag()
	flag.Parse()
	board.Main("fleet", func(ctx context.Context, o supervisor.Observer) error { return call(ctx, o, os.Stdout) })
}

// call starts the server and the workers, and runs.
func call(ctx context.Context, o supervisor.Observer, out io.Writer) error {
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
	return run(ctx, o, out, s.ClientURL(), crew[0])
}

// run squares numbers, and kills a worker on the way.
func run(ctx context.Context, o supervisor.Observer, out io.Writer, url string, victim *exec.Cmd) error {
	fleet := cluster.New(cluster.Options{URL: url})
	defer fleet.Close()
	numbers := make([]int, inputs)
	for i := range numbers {
		numbers[i] = i
	}
	r, err := mapper.Start(ctx, square, slices.Values(numbers), mapper.Options{Runtime: fleet, Name: "square", Observer: o})
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
