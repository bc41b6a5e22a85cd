package mapper_test

import (
	"context"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// shed is a place where functions run: here, two benches in the same process. Worker processes are package process, and other
// machines package cluster; whoever has a place of another kind implements supervisor.Runtime as they do.
type shed struct{ changed chan struct{} }

var _ supervisor.Elastic = shed{}

// Check refuses what can never run here.
func (shed) Check(fn any) error {
	if _, ok := fn.(func(context.Context, int) (int, error)); !ok {
		return fmt.Errorf("%w: the shed knows nothing of a %T", supervisor.ErrFatalStart, fn)
	}
	return nil
}

// Room says for how many containers there is room; a closed channel, that this has changed.
func (s shed) Room() (int, <-chan struct{}) { return 2, s.changed }

// Open starts a container.
func (shed) Open(_ context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	return &workbench{do: launch.Function.(func(context.Context, int) (int, error)), leaving: make(chan struct{})}, nil
}

// workbench is a container.
type workbench struct {
	do      func(context.Context, int) (int, error)
	leaving chan struct{}
	worked  time.Duration
}

// What an instance may know besides: how long it has worked, without the way there; how much memory it uses; that its place is
// about to go; that it has something to say.
var (
	_ supervisor.Timed    = (*workbench)(nil)
	_ supervisor.Gauge    = (*workbench)(nil)
	_ supervisor.Retiring = (*workbench)(nil)
	_ supervisor.Outbox   = (*workbench)(nil)
)

func (b *workbench) Worked() time.Duration     { return b.worked }
func (b *workbench) Memory() (used, max int64) { return 0, 0 }
func (b *workbench) Retiring() <-chan struct{} { return b.leaving }
func (b *workbench) Unheard() bool             { return false }

// attempting is what mapper.AttemptFrom finds in the context of an attempt.
type attempting struct{ at supervisor.Attempt }

var _ supervisor.Attempting = attempting{}

func (a attempting) Attempt() (supervisor.Attempt, bool) { return a.at, true }

// Run executes inputs in turn, and tells of each.
func (b *workbench) Run(ctx context.Context, chunk supervisor.Chunk, done func(i int, value any, err error)) error {
	begin := time.Now()
	defer func() { b.worked = time.Since(begin) }()
	for i, in := range chunk.Inputs {
		if ctx.Err() != nil {
			return nil // what was not told of was not begun
		}
		at := attempting{supervisor.Attempt{Index: chunk.Index + i, Attempt: chunk.Attempt}}
		value, err := b.do(context.WithValue(ctx, supervisor.AttemptKey{}, at), in.(int))
		done(i, value, err)
	}
	return nil
}

// Close ends the container.
func (b *workbench) Close(context.Context) error { return nil }

func ExampleOptions_runtime() {
	squares, err := mapper.Collect(context.Background(), square, []int{2, 3, 4}, mapper.Options{Runtime: shed{}})
	fmt.Println(squares, err)
	_, err = mapper.Collect(context.Background(), parse, []string{"1"}, mapper.Options{Runtime: shed{}})
	fmt.Println(err)
	// Output:
	// [4 9 16] <nil>
	// supervisor: no start can succeed: the shed knows nothing of a func(context.Context, string) (int, error)
}
