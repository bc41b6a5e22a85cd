package process

import (
	"fmt"
	"reflect"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Codec turns the values of one type into bytes and back, see wire.Codec. The default is raw
// bytes for strings and byte slices, and encoding/gob for the rest.
type Codec = wire.Codec

// RegisterCodec has inputs and values of type T cross with a codec of the caller's, in
// place of the default one. codec is called once for each direction of each connection. Call
// it where [Register] is called, in any order; it panics for a second codec for
// T, and after [Main].
func RegisterCodec[T any](codec func() Codec) {
	t := reflect.TypeFor[T]()
	registry.Lock()
	defer registry.Unlock()
	switch {
	case codec == nil:
		panic(fmt.Sprintf("process: the codec for %v is nil", t))
	case registry.hooked:
		panic(fmt.Sprintf("process: the codec for %v is registered after process.Main", t))
	case registry.codecs[t] != nil:
		panic(fmt.Sprintf("process: %v has two codecs", t))
	}
	registry.codecs[t] = codec
}

// RegisterError has errors of type T cross as themselves, so that errors.As finds them on
// the other side. What gob encodes of T crosses: its exported fields. Any other error arrives
// with its text, its chain, the marks of package policy, and what errors.Is finds of the
// well-known sentinels (context.Canceled, io.EOF, fs.ErrNotExist …). Call it where
// [Register] is called; it panics for a T that cannot cross.
func RegisterError[T error]() { wire.RegisterError[T]() }

// RegisterSentinel has errors.Is find err on the other side, too. Its text must be its own. Call
// it where [Register] is called.
func RegisterSentinel(err error) { wire.RegisterSentinel(err) }

func newCodec(t reflect.Type) Codec {
	registry.Lock()
	codec := registry.codecs[t]
	registry.Unlock()
	if codec != nil {
		return codec()
	}
	return wire.NewCodec(t)
}

// checkTypes panics if a registered function takes or returns what has no codec. The
// caller holds the registry.
func checkTypes() {
	for name, f := range registry.byName {
		for _, t := range []reflect.Type{f.in, f.out} {
			if registry.codecs[t] == nil {
				if err := wire.CheckType(t); err != nil {
					panic(fmt.Sprintf("process: %s is registered, but: %v", name, err))
				}
			}
		}
	}
}
