package mapper

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// Frontier says which of the inputs that an [Expanding] body has added are executed next, and which are new.
type Frontier[In any] struct {
	// BreadthFirst executes the earliest added first, so that the frontier may hold a whole level. Zero
	// means the latest first, which keeps it short; the caller's own inputs are then begun when nothing
	// added waits.
	BreadthFirst bool

	// Unique is the identity of an input. An added one is dropped if its identity is that of an input that
	// is known: of the caller's own, or added before. The caller's own are never dropped, since each has its
	// result: one that is pulled from an iterator after its like was added is executed too. Unique is called by
	// add, in the attempt, and for the caller's own inputs as they are given. It must be safe for concurrent
	// use. Identities are kept until the end of the run. Nil means that all are new.
	Unique func(In) string
}

// Expanding is a function whose inputs make further inputs of the same run: a crawl, a walk through a tree. It
// calls add, any number of times, with what it has found.
//
// What an attempt has added counts when the attempt succeeds, at once and with it: an attempt that fails, times
// out or crashes has added nothing, so that no retry adds anything twice. An input has its index by then: those
// of the caller come first, as far as they are given, and the others follow as they are added. The run ends when
// nothing is left. [Stats] have how many inputs wait (Frontier), of which there may be any number: they are no
// part of Outstanding.
//
// add does not block. It is the attempt's own: it must not be called on several goroutines at once, or after the
// function has returned.
//
// Results are in the order of the indices, unless Unordered. An ordered run can begin nothing that is further than
// Outstanding ahead of its reader, and then takes the lowest index and not the latest: use Unordered or Collect
// for large trees. Collect returns as many values as there were inputs.
//
// With a Runtime the function is registered with its Unique, see process.RegisterExpanding: what an attempt adds crosses
// with its value. An input whose function was registered without, where the Frontier has one, fails and says so.
//
// It is for runs, of its own and on a function. Calls, which have one result, are refused with a
// *policy.InvalidError.
func Expanding[In, Out any](fn func(ctx context.Context, in In, add func(...In)) (Out, error), f Frontier[In]) Body[In, Out] {
	b := Body[In, Out]{
		shape: shape{
			plan:    fleet.Body{Instance: fleet.Instance{Call: &typed.Expand[In, Out]{Fn: fn, Unique: f.Unique}}, Function: fn},
			expands: true,
		},
		types: typesOf[In, Out](),
	}
	b.types.newChunk = func() *chunk.Chunk { return typed.NewExpanding[In, Out](f.Unique) }
	b.types.expands = &expansion{breadthFirst: f.BreadthFirst, unique: f.Unique}
	b.shape.needs("fn", fn != nil)
	return b
}
