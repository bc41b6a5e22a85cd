package supervisor_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
)

// waiter is a pool of containers that wait for their context, and tell when they start.
func waiter(ctx context.Context, lineages int) (*supervisor.Supervisor, <-chan *supervisor.Container) {
	started := make(chan *supervisor.Container, lineages)
	return supervisor.Start(ctx, supervisor.Config{
		Lasting:    true,
		Containers: lineages,
		Serve: func(ctx context.Context, c *supervisor.Container) error {
			c.Ready()
			started <- c
			<-ctx.Done()
			return nil
		},
		Crashed: func(_ *supervisor.Container, crash *supervisor.CrashError) supervisor.Evidence {
			fmt.Println(crash)
			return supervisor.Evidence{Idle: true}
		},
		Abandoned: func(*supervisor.Container) bool { return true },
		Cutoff:    func(*supervisor.CutoffError) {},
	}), started
}

// A pool that lasts has as many containers as are wanted, until its context ends.
func ExampleSupervisor_Scale() {
	ctx, cancel := context.WithCancel(context.Background())
	pool, started := waiter(ctx, 2)
	fmt.Println("live:", pool.Snapshot().Live)
	pool.Scale(3)
	for range 3 {
		<-started
	}
	s := pool.Snapshot()
	fmt.Println("live:", s.Live, "lineages:", len(s.Containers))
	cancel()
	<-pool.Done()
	// Output:
	// live: 0
	// live: 3 lineages: 3
}

// A retired container has a successor at once, where a lineage is free.
func ExampleContainer_Retire() {
	ctx, cancel := context.WithCancel(context.Background())
	pool, started := waiter(ctx, 2)
	pool.Scale(1)
	old := <-started
	old.Retire() // and ask it to end, by whatever means its Serve listens to
	fmt.Println("successor:", (<-started).ID())
	fmt.Println(pool.Snapshot().Containers[old.Lineage()].State)
	cancel()
	<-pool.Done()
	// Output:
	// successor: 1
	// stopping
}

// Whoever watches a container that is stuck ends it as a crash. Its goroutine is left to itself.
func ExampleContainer_Fail() {
	ctx, cancel := context.WithCancel(context.Background())
	pool, started := waiter(ctx, 1)
	pool.Scale(1)
	fmt.Println((<-started).Fail(errors.New("no sign of life")))
	fmt.Println("successor:", (<-started).ID())
	cancel()
	<-pool.Done()
	// Output:
	// supervisor: container 0 crashed while idle: no sign of life
	// true
	// successor: 1
}

// A container that executes several inputs at once learns how each of its goroutines ended.
func ExampleContainer_Go() {
	ctx, cancel := context.WithCancel(context.Background())
	pool, started := waiter(ctx, 1)
	pool.Scale(1)
	c, ended := <-started, make(chan *supervisor.CrashError)
	c.Go(func() { panic("boom") }, func(crash *supervisor.CrashError) { ended <- crash })
	fmt.Println(<-ended)
	cancel()
	<-pool.Done()
	// Output: supervisor: container 0 crashed: panic: boom
}

// What an operator does who has mended what the function needs.
func ExampleSupervisor_Reset() {
	ctx, cancel := context.WithCancel(context.Background())
	pool, started := waiter(ctx, 1)
	pool.Scale(1)
	(<-started).Fail(errors.New("no route to the database"))
	<-started
	fmt.Println("in a row:", pool.Snapshot().Containers[0].Crashes)
	pool.Reset()
	s := pool.Snapshot()
	fmt.Println("in a row:", s.Containers[0].Crashes, "in all:", s.Crashes)
	cancel()
	<-pool.Done()
	// Output:
	// supervisor: container 0 crashed while idle: no route to the database
	// in a row: 1
	// in a row: 0 in all: 1
}
