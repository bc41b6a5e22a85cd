package mapper

import (
	"reflect"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/fleet"
	"github.com/longshore-go/longshore/mapper/internal/outputs"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// shape is a body without its types, for what is compiled once for all of them.
type shape struct {
	plan     fleet.Body
	batch    Batch
	batched  bool
	expands  bool
	keyed    *KeyLimit // of Keyed; nil: it was not called
	weighted bool
	missing  string // the name of an argument that is nil
}

func (s *shape) needs(name string, given bool) {
	if !given && s.missing == "" {
		s.missing = name
	}
}

// types is what the rooms below know of a body's types: how to make a chunk of them, and no
// more.
type types struct {
	newChunk func() *chunk.Chunk
	describe func(in any) any
	batches  engine.Batches
	asks     engine.Asks // of a body with keys or weights; else nil
	in, out  reflect.Type
	expands  *expansion // whose attempts add inputs; else nil
}

func (s shape) validate() error {
	switch {
	case s.missing != "":
		return invalid(s.missing, nil, "must not be nil")
	case s.plan.Function == nil:
		return invalid("body", nil, "must be made by Plain, WithState, Batched, EachBatch, BatchedWithState or Expanding")
	case s.batched && s.keyed != nil:
		return invalid("Keyed", nil, "does not go with a body over batches")
	case s.batched && s.weighted:
		return invalid("Weighted", nil, "does not go with a body over batches")
	case s.batched:
		return s.batch.Validate()
	case s.keyed == nil:
		return nil
	case s.keyed.InOrder && s.expands:
		return invalid("InOrder", true, "does not go with a body that is Expanding: what is added begins in an order of its own")
	}
	return s.keyed.validate()
}

// check asks a runtime whether it can ever run the body.
func (s shape) check(rt supervisor.Runtime) error {
	if rt == nil {
		return nil
	}
	return rt.Check(s.plan.Function)
}

// kind is the name of the function that makes such a body.
func (s shape) kind() string {
	switch stateless := s.plan.Enter == nil; {
	case s.expands:
		return "Expanding"
	case stateless && !s.batched:
		return "Plain"
	case stateless:
		return "Batched"
	case !s.batched:
		return "WithState"
	default:
		return "BatchedWithState"
	}
}

// describe is an input as observers are shown it: a stream wraps each into a buffer.
func describe[In any](in any) any {
	var v any = *in.(*In)
	if wrapped, ok := v.(outputs.Wrapped); ok {
		return wrapped.Shown()
	}
	return v
}

// bears reports why a body cannot be run with the options.
func (s shape) bears(o Options) error {
	if s.batched && o.Hedge != (policy.Hedge{}) {
		return invalid("Hedge", o.Hedge, "cannot be with a function over batches")
	}
	return s.bearsLimits(o)
}
