package supervisor_test

import (
	"context"
	"testing"

	"github.com/longshore-go/longshore/supervisor"
)

// benchmarkPool runs a pool of plain containers to its end.
func benchmarkPool(containers int, serve func(c *supervisor.Container) error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := supervisor.Start(ctx, supervisor.Config{
		Containers: containers, Plain: true, Crashes: patient, Crashed: onFresh,
		Serve:  func(_ context.Context, c *supervisor.Container) error { return serve(c) },
		Cutoff: func(*supervisor.CutoffError) {},
	})
	<-p.Done()
}

// BenchmarkCrash is a panic, the decision about it, and the next container; before each, inputs have finished.
func BenchmarkCrash(b *testing.B) {
	b.ReportAllocs()
	benchmarkPool(8, func(c *supervisor.Container) error {
		c.Finished(1)
		if c.ID() < b.N {
			panic("boom")
		}
		return nil
	})
}

// BenchmarkFinished is what a container pays for each chunk of inputs that it has finished.
func BenchmarkFinished(b *testing.B) {
	benchmarkPool(1, func(c *supervisor.Container) error {
		for b.Loop() {
			c.Finished(1)
		}
		return nil
	})
}
