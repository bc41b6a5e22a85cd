//go:build unix

package process_test

import (
	"context"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// reciprocal takes its process down for 0.
func reciprocal(_ context.Context, n int) (int, error) { return 1000 / n, nil }

var _ = process.Register(reciprocal)

// A mapper does this for each container. The program has called process.Main first.
func Example() {
	ctx := context.Background()
	workers := process.New(process.Options{Memory: 256 << 20})
	worker, err := workers.Open(ctx, supervisor.Launch{Function: reciprocal, Container: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = worker.Run(ctx, supervisor.Chunk{Inputs: []any{4, 0, 5}}, func(i int, value any, err error) {
		fmt.Println("input", i, "is", value)
	})
	fmt.Println(err)
	_ = worker.Close(ctx)
	// Output:
	// input 0 is 250
	// supervisor: container 1 crashed on input 1: panic: runtime error: integer divide by zero
}
