package mapper_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// drainedRuntime is a runtime of two places, one of which goes when it is told.
type drainedRuntime struct {
	goes   chan struct{}
	opened atomic.Int32
	closed atomic.Int32
	late   atomic.Int32 // chunks begun in a place that goes
}

func (*drainedRuntime) Check(any) error { return nil }

func (d *drainedRuntime) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	p := &drainedPlace{d: d, goes: make(chan struct{})}
	if d.opened.Add(1) == 1 {
		p.goes = d.goes
	}
	return p, nil
}

type drainedPlace struct {
	d    *drainedRuntime
	goes chan struct{}
}

func (p *drainedPlace) Run(_ context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	select {
	case <-p.goes:
		p.d.late.Add(1)
	default:
	}
	for i, in := range chunk.Inputs {
		time.Sleep(time.Second)
		done(i, in, nil)
	}
	return nil
}

func (p *drainedPlace) Close(context.Context) error {
	p.d.closed.Add(1)
	return nil
}

func (p *drainedPlace) Retiring() <-chan struct{} { return p.goes }

// TestRetiringWhileBusy: a container whose place is about to go finishes its chunk and is replaced.
func TestRetiringWhileBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &drainedRuntime{goes: make(chan struct{})}
		time.AfterFunc(10500*time.Millisecond, func() { close(d.goes) })
		out, err := mapper.Collect(t.Context(), squared, ints(50), mapper.Options{Containers: 1, Runtime: d})
		require.NoError(t, err)
		require.Equal(t, ints(50), out)
		require.EqualValues(t, 2, d.opened.Load())
		require.EqualValues(t, 2, d.closed.Load())
		require.Zero(t, d.late.Load())
	})
}

// TestRetiringWhileIdle: it hears that also when it has nothing to do.
func TestRetiringWhileIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &drainedRuntime{goes: make(chan struct{})}
		f := deploy(t, mapper.Plain(squared), mapper.Options{Scale: mapper.Scale{Min: 1, Max: 1}, Runtime: d})
		synctest.Wait()
		require.EqualValues(t, 1, d.opened.Load())
		close(d.goes)
		synctest.Wait()
		require.EqualValues(t, 1, d.closed.Load())
		require.EqualValues(t, 2, d.opened.Load())
		require.NoError(t, f.Stop(t.Context()))
		require.EqualValues(t, 2, d.closed.Load())
		require.Zero(t, f.Stats().Pool.Crashes)
	})
}
