package mapper

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// A function and what observers are shown of it. The types name each other.

// life is a deployed function without its types: from Deploy until nothing of it is left.
type life struct {
	s       *engine.Scheduler
	opts    Options
	calls   *engine.Run // the run that all calls are part of
	queue   *callQueue
	view    *view
	expands bool // its attempts add inputs: it has no calls
	inOrder bool // inputs of a key begin in order

	mu       sync.Mutex
	runs     map[*engine.Run]struct{} // that are not over
	past     tally                    // the inputs of those that are
	stopping bool
	idle     chan struct{} // closed when a stopping function has nothing more to do
	ended    chan struct{} // closed when nothing of it is left
}

// view is a run, or a function, where f is not nil. A nil view is that of what nobody observes.
type view struct {
	e     *engine.Run // of a function: that of its calls
	s     *engine.Scheduler
	f     *life
	ctx   context.Context
	about About
	value func(index int) (any, bool) // nil where inputs are not at hand
	spawn func(context.Context, any) error
	began atomic.Bool // the pool has started: before that there is nothing to see
	done  chan struct{}

	mu     sync.Mutex
	shown  tally // the most that anybody was shown
	sealed bool  // the slice of the inputs is its owner's again
}
