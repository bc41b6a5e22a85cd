package cluster_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/cluster"
)

// workerOf is the variable that makes a worker of this program, for the server with that URL.
const workerOf = "LONGSHORE_TEST_WORKER_OF"

func TestMain(m *testing.M) {
	if url := os.Getenv(workerOf); url != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := cluster.Serve(ctx, cluster.WorkerOptions{URL: url, Slots: 4}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
