package registry

import "context"

// Register makes fn known to containers that are elsewhere, which are this program started once
// more, and returns it. Call it where every process of the program comes by before process.Main and cluster.Serve: in a
// package-level variable or in init.
//
//	var _ = registry.Register(resize)
//
// fn must be a function declared at top level, since its name is all that travels: a closure,
// a method value or an instance of a generic function may hold state that does not. In and Out must
// have a codec that loses nothing: see [RegisterCodec] for those of which the default one would leave
// something behind, such as a field that is not exported. Register panics for these, with the name of the
// type and the reason, for a second registration, and once this
// program may be a worker. It is safe for concurrent use.
func Register[In, Out any](fn func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	f := newFunction[In, Out](fn)
	f.Enter = func(context.Context) (Member, error) {
		return newMember(fn), nil
	}
	register(f)
	return fn
}

// RegisterEach is [Register] for a function without a value, as mapper.Each takes it, and
// mapper.EachBatch.
func RegisterEach[In any](fn func(context.Context, In) error) func(context.Context, In) error {
	f := newFunction[In, struct{}](fn)
	f.Enter = func(context.Context) (Member, error) {
		return newMember(func(ctx context.Context, in In) (struct{}, error) { return struct{}{}, fn(ctx, in) }), nil
	}
	register(f)
	return fn
}

// RegisterState is [Register] for a function with a state of its own in each container, as
// mapper.WithState takes it. call is what it is known by, and what RegisterState
// returns; enter and exit run there and may be any function, exit may be nil.
func RegisterState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, In) (Out, error),
	exit func(context.Context, S) error,
) func(context.Context, S, In) (Out, error) {
	f := newFunction[In, Out](call)
	if enter == nil {
		panic("registry: " + f.Name + " is registered with an enter that is nil")
	}
	f.Enter = func(ctx context.Context) (m Member, err error) {
		s, err := enter(ctx)
		if err != nil {
			return m, err
		}
		m = newMember(func(ctx context.Context, in In) (Out, error) { return call(ctx, s, in) })
		if exit != nil {
			m.Exit = func(ctx context.Context) error { return exit(ctx, s) }
		}
		return m, nil
	}
	register(f)
	return call
}
