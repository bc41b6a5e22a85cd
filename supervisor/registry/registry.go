package registry

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// registry holds the functions of this program. Workers are the same program and hold the
// same.
var registry = struct {
	sync.Mutex
	byName map[string]*Function
	codecs map[reflect.Type]func() wire.Codec
	closed string // who has closed it
}{byName: map[string]*Function{}, codecs: map[reflect.Type]func() wire.Codec{}}

// Close ends registration: from now on this program can be a worker, and says the same. by is who says so, as in
// "process.Main". It may be called again, by others too, and is safe for concurrent use.
func Close(by string) {
	registry.Lock()
	defer registry.Unlock()
	if registry.closed != "" {
		return
	}
	registry.closed = by
	for _, err := range supervisor.Sentinels() {
		wire.RegisterSentinel(err)
	}
}

func register(f *Function) {
	registry.Lock()
	defer registry.Unlock()
	f.checkTypes()
	switch {
	case registry.byName[f.Name] != nil:
		panic("registry: " + f.Name + " is registered twice")
	case registry.closed != "":
		panic("registry: " + f.Name + " is registered after " + registry.closed + ", too late for a worker")
	}
	registry.byName[f.Name] = f
}

// Find returns a registered function, or an error that lists which there are and wraps supervisor.ErrFatalStart. It is
// safe for concurrent use.
func Find(name string) (*Function, error) {
	registry.Lock()
	defer registry.Unlock()
	if f := registry.byName[name]; f != nil {
		return f, nil
	}
	names := slices.Sorted(maps.Keys(registry.byName))
	return nil, fmt.Errorf("registry: %s is not registered (registered are: %s) (%w)",
		name, strings.Join(names, ", "), supervisor.ErrFatalStart)
}

// Lookup is Find for a function as its user has it.
func Lookup(fn any) (*Function, error) {
	name, err := nameOf(fn)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", err, supervisor.ErrFatalStart)
	}
	return Find(name)
}
