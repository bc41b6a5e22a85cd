//go:build unix

package queues

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// The variables that make another process of this program a worker.
const (
	workerAs = "LONGSHORE_BENCH_QUEUE"       // of which queue
	serverAt = "LONGSHORE_BENCH_QUEUE_AT"    // where its server is
	slotsOf  = "LONGSHORE_BENCH_QUEUE_SLOTS" // its slots
)

// Become is what this process is instead if it was started as a worker, and else nil.
func Become() func(context.Context) error {
	as := map[string]func(context.Context, string, int) error{"river": workRiver, "asynq": workAsynq}[os.Getenv(workerAs)]
	if as == nil {
		return nil
	}
	return func(ctx context.Context) error {
		slots, err := strconv.Atoi(os.Getenv(slotsOf))
		if err != nil {
			return err
		}
		return as(ctx, os.Getenv(serverAt), slots)
	}
}

// ready tells the caller that the worker looks for jobs, and waits for the end.
func ready(ctx context.Context) error {
	fmt.Println("ready")
	<-ctx.Done()
	return nil
}

// work starts so many workers, and waits until they are ready.
func (s *site) work(as, at string, workers, slots int) error {
	var outs []*bufio.Reader
	for range workers {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), workerAs+"="+as, serverAt+"="+at, slotsOf+"="+strconv.Itoa(slots))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := s.start(cmd); err != nil {
			return err
		}
		outs = append(outs, bufio.NewReader(out))
	}
	for _, out := range outs {
		if _, err := out.ReadString('\n'); err != nil {
			return fmt.Errorf("a worker does not start: %w", err)
		}
	}
	return nil
}
