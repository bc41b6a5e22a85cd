package registry

import (
	"context"
	"reflect"

	"github.com/longshore-go/longshore/supervisor"
)

// RegisterExpanding is [Register] for a function that adds inputs to its run, as mapper.Expanding takes it. unique is what
// mapper.Frontier.Unique is, and runs where the function does, as add is called: it may be any function, and is nil
// where that is. What an attempt adds crosses with its value, by the codec for In, and must take less than 63 MiB
// together.
func RegisterExpanding[In, Out any](
	fn func(ctx context.Context, in In, add func(...In)) (Out, error),
	unique func(In) string,
) func(ctx context.Context, in In, add func(...In)) (Out, error) {
	f := newFunction[In, supervisor.Expanded[In, Out]](fn)
	f.parts = []reflect.Type{f.In, reflect.TypeFor[Out]()}
	f.Enter = func(context.Context) (Member, error) {
		return newMember(func(ctx context.Context, in In) (supervisor.Expanded[In, Out], error) {
			return expand(ctx, fn, unique, in)
		}), nil
	}
	registry.Lock()
	registry.codecs[f.Out] = func() Codec { return newExpandedCodec[In, Out]() }
	registry.Unlock()
	register(f)
	return fn
}

// expand calls fn and gathers what it adds.
func expand[In, Out any](
	ctx context.Context, fn func(context.Context, In, func(...In)) (Out, error), unique func(In) string, in In,
) (e supervisor.Expanded[In, Out], err error) {
	e.Value, err = fn(ctx, in, func(more ...In) {
		if unique != nil {
			for _, v := range more {
				e.Identities = append(e.Identities, unique(v))
			}
		}
		e.Added = append(e.Added, more...)
	})
	return e, err
}
