package process

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
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
// type and the reason, for a second registration, and after Main.
func Register[In, Out any](fn func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	f := newFunction[In, Out](fn)
	f.enter = func(context.Context) (member, error) {
		return member{call: callOf(fn)}, nil
	}
	register(f)
	return fn
}

// RegisterEach is [Register] for a function without a value, as mapper.Each takes it, and
// mapper.EachBatch.
func RegisterEach[In any](fn func(context.Context, In) error) func(context.Context, In) error {
	f := newFunction[In, struct{}](fn)
	f.enter = func(context.Context) (member, error) {
		return member{call: callOf(func(ctx context.Context, in In) (struct{}, error) { return struct{}{}, fn(ctx, in) })}, nil
	}
	register(f)
	return fn
}

// RegisterState is [Register] for a function with a state of its own in each worker, as
// mapper.WithState takes it. call is what it is known by, and what RegisterState
// returns; enter and exit run in the worker and may be any function, exit may be nil.
func RegisterState[S, In, Out any](
	enter func(context.Context) (S, error),
	call func(context.Context, S, In) (Out, error),
	exit func(context.Context, S) error,
) func(context.Context, S, In) (Out, error) {
	f := newFunction[In, Out](call)
	if enter == nil {
		panic("process: " + f.name + " is registered with an enter that is nil")
	}
	f.enter = func(ctx context.Context) (m member, err error) {
		s, err := enter(ctx)
		if err != nil {
			return m, err
		}
		m.call = callOf(func(ctx context.Context, in In) (Out, error) { return call(ctx, s, in) })
		if exit != nil {
			m.exit = func(ctx context.Context) error { return exit(ctx, s) }
		}
		return m, nil
	}
	register(f)
	return call
}

// function is a registered function without its types.
type function struct {
	name    string
	in, out reflect.Type
	enter   func(context.Context) (member, error)
	input   func(decode func(into any) error) (any, error) // decodes an In
	value   func(decode func(into any) error) (any, error) // decodes an Out
	caution caution
}

// member is a function in one worker.
type member struct {
	call func(ctx context.Context, decode func(into any) error) (any, error)
	exit func(context.Context) error // nil: nothing to do
}

func newFunction[In, Out any](fn any) *function {
	name, err := nameOf(fn)
	if err != nil {
		panic(err.Error())
	}
	return &function{
		name: name,
		in:   reflect.TypeFor[In](), input: decodeAs[In],
		out: reflect.TypeFor[Out](), value: decodeAs[Out],
	}
}

func decodeAs[T any](decode func(into any) error) (any, error) {
	var v T
	err := decode(&v)
	return v, err
}

// decodeError says that an input was not begun since it could not be decoded.
type decodeError struct{ error }

func (e *decodeError) Unwrap() error { return e.error }

// callOf is fn over what comes from the wire. An input that cannot be decoded is an error of
// that input.
func callOf[In, Out any](fn func(context.Context, In) (Out, error)) func(context.Context, func(any) error) (any, error) {
	return func(ctx context.Context, decode func(any) error) (any, error) {
		var in In
		if err := decode(&in); err != nil {
			return nil, &decodeError{err}
		}
		return fn(ctx, in)
	}
}

// registry holds the functions of this program. Workers are the same program and hold the
// same.
var registry = struct {
	sync.Mutex
	byName map[string]*function
	codecs map[reflect.Type]func() Codec
	hooked bool // Main has been called
}{byName: map[string]*function{}, codecs: map[reflect.Type]func() Codec{}}

// hook closes the registry: from now on this program can be a worker, and says the same.
func hook() {
	registry.Lock()
	defer registry.Unlock()
	registry.hooked = true
	for _, err := range supervisor.Sentinels() {
		wire.RegisterSentinel(err)
	}
}

func register(f *function) {
	registry.Lock()
	defer registry.Unlock()
	f.checkTypes()
	switch {
	case registry.byName[f.name] != nil:
		panic("process: " + f.name + " is registered twice")
	case registry.hooked:
		panic("process: " + f.name + " is registered after process.Main, too late for a worker")
	}
	registry.byName[f.name] = f
}

// find returns a registered function, or an error that lists which there are.
func find(name string) (*function, error) {
	registry.Lock()
	defer registry.Unlock()
	if f := registry.byName[name]; f != nil {
		return f, nil
	}
	names := slices.Sorted(maps.Keys(registry.byName))
	return nil, fatal("%s is not registered with process.Register (registered are: %s)", name, strings.Join(names, ", "))
}

// lookup is find for a function as its user has it, in the parent.
func lookup(fn any) (*function, error) {
	registry.Lock()
	hooked := registry.hooked
	registry.Unlock()
	if !hooked {
		return nil, fatal("process.Main is not called first in main or TestMain: " +
			"a worker would run the whole program again")
	}
	name, err := nameOf(fn)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", err, supervisor.ErrFatalStart)
	}
	return find(name)
}

// fatal is an error that no further start can mend.
func fatal(format string, args ...any) error {
	return fmt.Errorf("process: "+format+" (%w)", append(args, supervisor.ErrFatalStart)...)
}

// nameOf is the name of a function declared at top level, by which a worker finds it.
func nameOf(fn any) (string, error) {
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func || v.IsNil() {
		return "", fmt.Errorf("process: want a function declared at top level, not a %T that is nil or no function", fn)
	}
	name := runtime.FuncForPC(v.Pointer()).Name()
	if what := notTopLevel(name); what != "" {
		return "", fmt.Errorf("process: %s is %s: only a function declared at top level can be found again in a worker", name, what)
	}
	return name, nil
}

// notTopLevel says what a function is, by the name that the compiler has given it, or ""
// if it is declared at top level. A package's name has its own dots escaped.
func notTopLevel(name string) string {
	if strings.HasSuffix(name, "]") || strings.Contains(name, "[...]") {
		return "an instance of a generic function"
	}
	if strings.HasSuffix(name, "-fm") {
		return "a method value"
	}
	_, rest, _ := strings.Cut(name[strings.LastIndexByte(name, '/')+1:], ".")
	if strings.ContainsAny(rest, ".-") {
		return "a closure or a method"
	}
	return ""
}
