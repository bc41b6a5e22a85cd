package cluster_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// tardy is a runtime of the user's whose outcomes are told twice, the second time after Run has returned.
type tardy struct{ told *sync.WaitGroup }

func (tardy) Check(any) error { return nil }

func (r tardy) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) { return r, nil }

func (r tardy) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	values := make([]int, len(chunk.Inputs))
	tell := func() {
		for i, v := range values {
			done(i, v, nil)
		}
	}
	for i, in := range chunk.Inputs {
		values[i] = in.(int) * in.(int)
	}
	tell()
	r.told.Go(func() {
		for range 100 {
			tell()
		}
	})
	return nil
}

func (tardy) Close(context.Context) error { return nil }

// TestOutcomesToldLate: a worker hears the first time, and what it has for the next chunk is not looked at by the other.
func TestOutcomesToldLate(t *testing.T) {
	t.Parallel()
	url := listen(t)
	var told sync.WaitGroup
	work(t, cluster.WorkerOptions{URL: url, Slots: 1, Runtime: tardy{&told}})
	r := open(t, cluster.Options{URL: url})
	in := make([]int, 20_000)
	for i := range in {
		in[i] = i
	}
	values, err := mapper.Collect(bounded(t), square, in, mapper.Options{Runtime: r, Containers: 1})
	require.NoError(t, err)
	told.Wait()
	for i, v := range values {
		require.Equal(t, i*i, v)
	}
}
