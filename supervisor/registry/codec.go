package registry

import (
	"fmt"
	"reflect"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Codec turns the values of one type into bytes and back, see wire.Codec. The default one keeps what
// goroutines keep, or refuses the type, see wire.NewCodec.
type Codec = wire.Codec

// RegisterCodec has inputs and values of type T cross with a codec of the caller's, in
// place of the default one. codec is called once for each direction of each connection. Call
// it where [Register] is called, and before that if the default codec refuses T; it panics for a second
// codec for T, and once this program may be a worker.
func RegisterCodec[T any](codec func() Codec) {
	t := reflect.TypeFor[T]()
	registry.Lock()
	defer registry.Unlock()
	switch {
	case codec == nil:
		panic(fmt.Sprintf("registry: the codec for %v is nil", t))
	case registry.closed != "":
		panic(fmt.Sprintf("registry: the codec for %v is registered after %s", t, registry.closed))
	case registry.codecs[t] != nil:
		panic(fmt.Sprintf("registry: %v has two codecs", t))
	}
	registry.codecs[t] = codec
}

// RegisterError has errors of type T cross as themselves, so that errors.As finds them on
// the other side. Of T its exported fields cross, as values do. Any other error arrives
// with its text, its chain, the marks of package policy, and what errors.Is finds of the
// well-known sentinels (context.Canceled, io.EOF, fs.ErrNotExist …). Call it where
// [Register] is called; it panics for a T that cannot cross.
func RegisterError[T error]() { wire.RegisterError[T]() }

// RegisterSentinel has errors.Is find err on the other side, too. Its text must be its own. Call
// it where [Register] is called.
func RegisterSentinel(err error) { wire.RegisterSentinel(err) }

// NewCodec is the codec for values of type t: that which was registered, or the default one.
func NewCodec(t reflect.Type) Codec {
	registry.Lock()
	codec := registry.codecs[t]
	registry.Unlock()
	if codec != nil {
		return codec()
	}
	return wire.NewCodec(t)
}

// checkTypes panics if a function that is to be registered takes or returns what the default codec refuses, and
// nobody has registered another. The caller holds the registry.
func (f *Function) checkTypes() {
	for _, t := range f.parts {
		if registry.codecs[t] == nil {
			if err := wire.CheckType(t); err != nil {
				panic(fmt.Sprintf("registry: %s cannot be registered: %v", f.Name, err))
			}
		}
	}
}
