package process

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// Register makes fn known to worker processes, which are this program started once
// more, and returns it. Call it where every process of the program comes by before [Main]: in a
// package-level variable or in init.
//
//	var _ = process.Register(resize)
//
// fn must be a function declared at top level, since its name is all that travels: a closure,
// a method value or an instance of a generic function may hold state that does not. In and Out must
// have a codec that loses nothing: see [RegisterCodec] for those of which the default one would leave
// something behind, such as a field that is not exported. Register panics for these, with the name of the
// type and the reason, for a second registration, and after Main. It is registry.Register.
func Register[In, Out any](fn func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return registry.Register(fn)
}

// RegisterEach is [Register] for a function without a value, as mapper.Each takes it, and
// mapper.EachBatch.
func RegisterEach[In any](fn func(context.Context, In) error) func(context.Context, In) error {
	return registry.RegisterEach(fn)
}

// RegisterState is [Register] for a function with a state of its own in each worker, as
// mapper.WithState takes it. call is what it is known by, and what RegisterState
// returns; enter and exit run in the worker and may be any function, exit may be nil.
func RegisterState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, In) (Out, error),
	exit func(context.Context, S) error,
) func(context.Context, S, In) (Out, error) {
	return registry.RegisterState(enter, call, exit)
}

// RegisterExpanding is [Register] for a function that adds inputs to its run, as mapper.Expanding takes it. unique is what
// mapper.Frontier.Unique is, and runs in the worker, as add is called: it may be any function, and is nil where that
// is. What an attempt adds crosses with its value, by the codec for In, and must take less than 63 MiB together.
func RegisterExpanding[In, Out any](
	fn func(ctx context.Context, in In, add func(...In)) (Out, error),
	unique func(In) string,
) func(ctx context.Context, in In, add func(...In)) (Out, error) {
	return registry.RegisterExpanding(fn, unique)
}

// Codec turns the values of one type into bytes and back, see wire.Codec. The default one keeps what
// goroutines keep, or refuses the type, see wire.NewCodec.
type Codec = wire.Codec

// RegisterCodec has inputs and values of type T cross with a codec of the caller's, in
// place of the default one. codec is called once for each direction of each connection. Call
// it where [Register] is called, and before that if the default codec refuses T; it panics for a second
// codec for T, and after [Main].
func RegisterCodec[T any](codec func() Codec) { registry.RegisterCodec[T](codec) }

// RegisterError has errors of type T cross as themselves, so that errors.As finds them on
// the other side. Of T its exported fields cross, as values do. Any other error arrives
// with its text, its chain, the marks of package policy, and what errors.Is finds of the
// well-known sentinels (context.Canceled, io.EOF, fs.ErrNotExist …). Call it where
// [Register] is called; it panics for a T that cannot cross.
func RegisterError[T error]() { registry.RegisterError[T]() }

// RegisterSentinel has errors.Is find err on the other side, too. Its text must be its own. Call
// it where [Register] is called.
func RegisterSentinel(err error) { registry.RegisterSentinel(err) }

// function is a registered function, and what its parent has learnt of it.
type function struct {
	*registry.Function
	caution caution
}

// functions are those that were looked up, by name.
var functions sync.Map // of *function

// hooked says that Main has been called.
var hooked atomic.Bool

// hook closes the registry: from now on this program can be a worker.
func hook() {
	registry.Close("process.Main")
	hooked.Store(true)
}

// lookup finds a function as its user has it, in the parent.
func lookup(fn any) (*function, error) {
	if !hooked.Load() {
		return nil, fatal("process.Main is not called first in main or TestMain: " +
			"a worker would run the whole program again")
	}
	f, err := registry.Lookup(fn)
	if err != nil {
		return nil, err
	}
	found, _ := functions.LoadOrStore(f.Name, &function{Function: f})
	return found.(*function), nil
}

// fatal is an error that no further start can mend.
func fatal(format string, args ...any) error {
	return fmt.Errorf("process: "+format+" (%w)", append(args, supervisor.ErrFatalStart)...)
}
