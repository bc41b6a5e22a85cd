package runtimes

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

// earlier are the contexts of earlier attempts in a worker, and what descends from them.
var (
	earlier []context.Context
	cancels []context.CancelFunc
)

var _ = process.Register(keep)

// keep keeps its context, of every second attempt one that it has asked for its end, and reports whether those of
// earlier attempts have ended.
func keep(ctx context.Context, n int) (int, error) {
	for _, old := range earlier {
		<-old.Done()
		if old.Err() != context.Canceled {
			return 0, fmt.Errorf("an attempt that has returned: %w", old.Err())
		}
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if n%2 == 0 {
		child, cancel := context.WithCancel(ctx)
		earlier = append(earlier, child)
		cancels = append(cancels, cancel) // it is the end of the attempt that ends it
	}
	earlier = append(earlier, ctx)
	return n, nil
}

// TestContextOfItsOwn: in a worker the context of an attempt ends when the attempt returns.
func TestContextOfItsOwn(t *testing.T) {
	t.Parallel()
	p := processes(process.Options{})
	inputs := make([]int, 100)
	for i := range inputs {
		inputs[i] = i
	}
	out, err := mapper.Collect(bounded(t), keep, inputs, p.with(mapper.Options{Containers: 1}))
	require.NoError(t, err)
	require.Equal(t, inputs, out)
}
