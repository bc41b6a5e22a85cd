package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/internal/guard"
)

// The registries are for the whole process, like gob's: an error does not know on
// which connection it will travel. They are filled before work begins, and read often.

var (
	registering sync.Mutex
	known       atomic.Pointer[[]error]
	errorTypes  sync.Map // reflect.Type → name and name → reflect.Type
)

func init() {
	known.Store(&[]error{
		context.Canceled, context.DeadlineExceeded,
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, io.ErrNoProgress, io.ErrShortBuffer, io.ErrShortWrite,
		fs.ErrInvalid, fs.ErrPermission, fs.ErrExist, fs.ErrNotExist, fs.ErrClosed, fs.SkipAll, fs.SkipDir,
		os.ErrNoDeadline, os.ErrDeadlineExceeded, os.ErrProcessDone,
		strconv.ErrRange, strconv.ErrSyntax,
		errors.ErrUnsupported,
	})
}

func sentinels() []error { return *known.Load() }

// RegisterSentinel lets err cross as itself, so that errors.Is finds it on the other side.
// It is known by its text there: both sides must register it. It panics, as this is for
// the start of a program, if err is nil, is not of a type that == always works on, or has
// the text of another sentinel. It is safe for concurrent use.
func RegisterSentinel(err error) {
	if err == nil || !identity(reflect.TypeOf(err)) {
		panic(fmt.Sprintf("wire: RegisterSentinel of %#v, which is not known by ==", err))
	}
	registering.Lock()
	defer registering.Unlock()
	for _, s := range sentinels() {
		if s == err {
			return
		}
		if s.Error() == err.Error() {
			panic(fmt.Sprintf("wire: RegisterSentinel of two errors with the text %q", err))
		}
	}
	all := append(slices.Clone(sentinels()), err)
	known.Store(&all)
}

// identity reports whether == works on every two values of the type.
func identity(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array, reflect.Struct:
		return t.Size() == 0
	}
	return t.Comparable()
}

func isSentinel(err error) bool {
	for _, s := range sentinels() {
		if err == s { // both of a type of which [identity] holds, or of two types
			return true
		}
	}
	return false
}

// RegisterError lets errors of type T cross as values of type T, so that errors.As finds
// them on the other side, where T must be registered as well. The default codec encodes
// them, but what cannot cross of a struct stays behind, such as fields that are not exported. An error with a value of more than 64 KB
// crosses as a [RemoteError]. It panics, as this is for the start of a program, if T is an
// interface or no value of it can be encoded. It is safe for concurrent use.
func RegisterError[T error]() {
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.Interface {
		panic(fmt.Sprintf("wire: RegisterError of the interface %v", t))
	}
	if _, err := planOf(t, true); err != nil {
		panic(fmt.Sprintf("wire: RegisterError: %v", cannotEncode(t, err)))
	}
	name := fullName(t)
	if other, taken := errorTypes.LoadOrStore(name, t); taken && other != t {
		panic(fmt.Sprintf("wire: RegisterError of two types %s", name))
	}
	errorTypes.Store(t, name)
}

// fullName is the name of a type with the path of its package.
func fullName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer && t.Name() == "" {
		return "*" + fullName(t.Elem())
	}
	return t.PkgPath() + "." + t.Name()
}

func registeredValue(err error) (name string, value []byte, ok bool) {
	t := reflect.TypeOf(err)
	found, ok := errorTypes.Load(t)
	if !ok {
		return "", nil, false
	}
	sent, failure := guard.Call(t, func() (e encoded) {
		e.value, e.err = newPlanCodec(t, true).Encode(err, nil)
		return e
	})
	return found.(string), sent.value, failure == nil && sent.err == nil && len(sent.value) <= maxValue
}

// encoded is what an encoding has come to. One that is given up goes on, and writes to nothing else.
type encoded struct {
	value []byte
	err   error
}

func registeredError(name string, value []byte) (error, bool) {
	found, ok := errorTypes.Load(name)
	if !ok {
		return nil, false
	}
	t := found.(reflect.Type)
	p := reflect.New(t)
	if newPlanCodec(t, true).Decode(value, p.Interface()) != nil {
		return nil, false
	}
	return p.Elem().Interface().(error), true
}
