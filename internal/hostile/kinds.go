package hostile

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"math"
	"net/http"
	"reflect"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/longshore-go/longshore/supervisor"
)

// Kind is one hostile thing that a function does.
type Kind struct {
	Name string
	Ends Ends
	// Err is what the function returns, nil where it does not.
	Err error
	// Fatal says that an enter may mean it so: no start can succeed.
	Fatal bool

	do func()
}

// Ends is what becomes of an input for which the function does it.
type Ends int

// The ends of an input.
const (
	Fails    Ends = iota // by the function's own error
	Crashes              // as a crash
	Succeeds             // all the same
)

// Do does it: it returns the error, or does not return.
func (k Kind) Do() error {
	if k.do != nil {
		k.do()
	}
	return k.Err
}

// Kinds are all of them, by name. Each call makes values of its own.
func Kinds() []Kind {
	var all []Kind
	for name, err := range everyError() {
		all = append(all,
			Kind{Name: "error, " + name, Err: err, Fatal: name == "nested: "+supervisor.ErrFatalStart.Error()},
			Kind{Name: "panic, " + name, Ends: Crashes, do: func() { panic(err) }},
		)
	}
	for name, value := range values() {
		all = append(all, Kind{Name: "panic with " + name, Ends: Crashes, do: func() { panic(value) }})
	}
	for name, do := range ends {
		all = append(all, Kind{Name: name, Ends: Crashes, do: do})
	}
	for name, do := range leftovers {
		all = append(all, Kind{Name: name, Ends: Succeeds, do: do})
	}
	slices.SortFunc(all, func(a, b Kind) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func everyError() map[string]error {
	all := map[string]error{}
	for _, d := range deeds {
		for method, err := range byMethod(d) {
			all[method+" "+d.name] = err
			if method == "Error" || method == "Unwrap" {
				all["wrapped "+method+" "+d.name] = errors.Join(fs.ErrClosed, err)
			}
		}
	}
	for _, some := range []map[string]error{odd(), nils(), foreign()} {
		maps.Copy(all, some)
	}
	return all
}

// values are panic values that are no errors.
func values() map[string]any {
	slice := make([]any, 2)
	slice[0], slice[1] = slice, slice
	ring := map[string]any{}
	ring["self"] = ring
	type node struct{ next any }
	loop := &node{}
	loop.next = []any{loop, node{loop}}
	all := map[string]any{
		"a slice within itself": slice,
		"a map within itself":   ring,
		"a loop of pointers":    loop,
		"100 MB":                huge(),
		"100 MB of bytes":       zeros[:],
		"nil":                   nil,
		"a nil pointer":         (*node)(nil),
		"a function":            huge,
		"a channel":             make(chan int),
		"NaN":                   math.NaN(),
		"a type":                reflect.TypeFor[Kind](),
		"no reflect.Value":      reflect.Value{},
		"ErrAbortHandler":       http.ErrAbortHandler,
		"a String that is deep": stringer{func() { deep(depth, func() {}) }},
	}
	for _, d := range deeds {
		all["a String that "+d.name] = stringer{d.do}
	}
	return all
}

// ends are those of a function that are no return and no mere panic.
var ends = map[string]func(){
	"Goexit":            runtime.Goexit,
	"Goexit, and panic": func() { defer panic("deferred"); runtime.Goexit() },
	"panic, and Goexit": func() { defer runtime.Goexit(); panic("first") },
	"panic, and panic":  func() { defer panic("deferred"); panic("first") },
	"panic once more": func() {
		defer func() { panic(recover()) }()
		panic("first")
	},
	"panic from the depth": func() { deep(depth, func() { panic("from the depth") }) },
	"nil dereference":      func() { _ = (*Kind)(nil).Name },
}

// leftovers are what a function leaves behind where it runs.
var leftovers = map[string]func(){
	"deep recursion":  func() { deep(depth, func() {}) },
	"a locked thread": runtime.LockOSThread,
	"labels": func() {
		pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("left", "behind")))
	},
}
