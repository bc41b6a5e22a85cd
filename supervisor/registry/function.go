package registry

import (
	"context"
	"reflect"
)

// Function is a registered function without its types. It does not change.
type Function struct {
	Name    string // by which it is found again
	Fn      any    // as its user wrote it
	In, Out reflect.Type

	Enter func(context.Context) (Member, error) // makes one for a container
	Input Decoder                               // of an In
	Value Decoder                               // of an Out

	parts []reflect.Type // that cross
}

// Batches reports that the function may be one over batches: it takes slices, and returns them or nothing.
func (f *Function) Batches() bool {
	return f.In.Kind() == reflect.Slice && (f.Out.Kind() == reflect.Slice || f.Out == reflect.TypeFor[struct{}]())
}

// Member is a function in one container. Both ways to call it are nil or neither.
type Member struct {
	// Call calls it with what decode yields. An input that cannot be decoded is a *[DecodeError].
	Call func(ctx context.Context, decode func(into any) error) (any, error)
	Do   func(ctx context.Context, in any) (any, error) // calls it with an In; nil stands for its zero value
	Exit func(context.Context) error                    // nil: nothing to do
}

func newMember[In, Out any](fn func(context.Context, In) (Out, error)) Member {
	return Member{Call: callOf(fn), Do: doOf(fn)}
}

func newFunction[In, Out any](fn any) *Function {
	name, err := nameOf(fn)
	if err != nil {
		panic(err.Error())
	}
	return &Function{
		Name: name, Fn: fn,
		In: reflect.TypeFor[In](), Input: decoderOf[In],
		Out: reflect.TypeFor[Out](), Value: decoderOf[Out],
		parts: []reflect.Type{reflect.TypeFor[In](), reflect.TypeFor[Out]()},
	}
}

// DecodeError says that an input was not begun since it could not be decoded.
type DecodeError struct{ Err error }

// Error is that of the reason.
func (e *DecodeError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *DecodeError) Unwrap() error { return e.Err }

// callOf is fn over what comes from the wire. An input that cannot be decoded is an error of
// that input.
func callOf[In, Out any](fn func(context.Context, In) (Out, error)) func(context.Context, func(any) error) (any, error) {
	return func(ctx context.Context, decode func(any) error) (any, error) {
		var in In
		if err := decode(&in); err != nil {
			return nil, &DecodeError{err}
		}
		return fn(ctx, in)
	}
}

// doOf is fn over what has been decoded.
func doOf[In, Out any](fn func(context.Context, In) (Out, error)) func(context.Context, any) (any, error) {
	return func(ctx context.Context, v any) (any, error) {
		in, _ := v.(In) // a nil that was put into an interface is none any more
		return fn(ctx, in)
	}
}
