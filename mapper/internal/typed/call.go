package typed

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/engine"
)

// Call is the user's function of one input.
type Call[In, Out any] struct {
	Fn func(context.Context, In) (Out, error)
}

// Loop implements [engine.Executor]. It is where a run spends its time.
func (c *Call[In, Out]) Loop(l *engine.Loop, ch *chunk.Chunk) {
	p, call := Of[In, Out](ch), c.Fn
	in, out, over, look, contexts := p.In, p.Out, l.Over, l.Look, l.Contexts
	for {
		i, end := chunk.Next[In](l.Span, l.Lease)
		if i >= end {
			return
		}
		for end = min(end, i+l.Lease); i < end; i++ {
			if over.Load() || look.Load() {
				if contexts = l.Heed(ch, i); contexts == nil {
					return
				}
			}
			v, err := call(attempt.Enter[In](contexts, i), in[i])
			if err == nil {
				out[i] = v
			} else if !l.Failed(ch, i, err) {
				return
			}
		}
	}
}

// LoopTimed implements [engine.Executor].
func (c *Call[In, Out]) LoopTimed(l *engine.Loop, ch *chunk.Chunk) {
	p, call := Of[In, Out](ch), c.Fn
	for {
		ctx, i, ok := l.BeginTimed(ch)
		if !ok {
			return
		}
		v, err := call(ctx, p.In[i])
		value, more := l.EndTimed(ch, i, err)
		if value {
			p.Out[i] = v
		}
		if !more {
			return
		}
	}
}
