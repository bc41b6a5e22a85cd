package record

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// Codec writes values as bytes, and reads them again. Its name is in the journal: one with
// another name is a [*mapper.MismatchError]. Its methods are called by one goroutine at a time. A call that has not returned after a
// second is given up: its input fails with an [*mapper.EncodingError].
type Codec interface {
	Name() string
	Marshal(v any) ([]byte, error)
	// Unmarshal reads into what v points to.
	Unmarshal(data []byte, v any) error
}

// Valuer writes values: as a string, a []byte, an int64 or nil. Strings, bytes and integers are as they are, and all else
// is JSON in a string, or a []byte as the codec has it.
type Valuer struct {
	out     reflect.Type
	most    int    // how long a value may be
	limit   string // the same, for people
	codec   Codec  // nil: as above
	plain   form
	checked bool // a value has come back as it went
	lax     bool // values that differ in nothing but what their own methods hide are equal
	own     bool // some of the code that writes and reads them is the user's
}

// form is how values are written without a codec.
type form int

const (
	asJSON form = iota
	asText
	asBlob
	asInteger
	asNothing // of Each: there are none
)

// JSON is the form of values that are JSON.
const JSON = "JSON"

func (f form) String() string { return [...]string{JSON, "text", "bytes", "integer", "none"}[f] }

// Form is how values are written, for the manifest.
func (v *Valuer) Form() string {
	if v.codec != nil {
		return "codec"
	}
	return v.plain.String()
}

// NewValuer writes values of a type that are no longer than most bytes, which limit is in words.
func NewValuer(out reflect.Type, codec Codec, most int, limit string) *Valuer {
	v := &Valuer{out: out, codec: codec, most: most, limit: limit}
	switch kind := out.Kind(); {
	case out.Size() == 0 && kind == reflect.Struct:
		v.plain, v.codec = asNothing, nil
	case codec != nil:
	case kind == reflect.String:
		v.plain = asText
	case kind == reflect.Slice && out.Elem().Kind() == reflect.Uint8:
		v.plain = asBlob
	case out.ConvertibleTo(reflect.TypeFor[int64]()) && kind != reflect.Float32 && kind != reflect.Float64:
		v.plain = asInteger
	default:
		_, bad := encoderOf(out, nil)
		v.lax = bad == nil
	}
	v.checked = v.codec == nil && v.plain != asJSON
	v.own = v.codec != nil || v.plain == asJSON && hasMethods(out, map[reflect.Type]bool{})
	return v
}

// marshalers are what has JSON call the user's code.
var marshalers = []reflect.Type{
	reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.Unmarshaler](),
	reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
}

// hasMethods reports that values of a type may have methods of the user's by which they are written or read: an interface may hold
// anything. Those of the standard library are known to return.
func hasMethods(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	if t.Kind() == reflect.Interface {
		return true
	}
	for _, m := range marshalers {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return !isStandard(t)
		}
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return hasMethods(t.Elem(), seen)
	case reflect.Map:
		return hasMethods(t.Key(), seen) || hasMethods(t.Elem(), seen)
	case reflect.Struct:
		for field := range t.Fields() {
			if hasMethods(field.Type, seen) {
				return true
			}
		}
	}
	return false
}

// isStandard reports that a type is one of the standard library's.
func isStandard(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.PkgPath() {
	case "time", "encoding/json", "math/big", "net", "net/netip", "net/url", "regexp", "log/slog":
		return true
	}
	return false
}

// Encode returns value i as it is written. Code of the user's is called: no lock is held. What cannot be written is a
// *logbook.Unfit.
func (v *Valuer) Encode(values any, i int) (any, error) {
	switch all := values.(type) {
	case []string:
		if v.codec == nil {
			return v.sized(all[i], len(all[i]))
		}
	case [][]byte:
		if v.codec == nil && all[i] != nil {
			return v.sized(all[i], len(all[i]))
		}
	case []int:
		if v.codec == nil {
			return int64(all[i]), nil
		}
	}
	return v.encodeValue(reflect.ValueOf(values).Index(i))
}

func (v *Valuer) encodeValue(value reflect.Value) (any, error) {
	switch {
	case v.codec != nil:
		data, err := v.marshal(v.codec.Marshal, value)
		if err != nil {
			return nil, err
		}
		return v.sized(data, len(data))
	case v.plain == asNothing:
		return nil, nil
	case v.plain == asText:
		return v.sized(value.String(), value.Len())
	case v.plain == asBlob && value.IsNil():
		return nil, nil
	case v.plain == asBlob:
		return v.sized(value.Bytes(), value.Len())
	case v.plain == asInteger && value.CanInt():
		return value.Int(), nil
	case v.plain == asInteger:
		return int64(value.Uint()), nil // read again as it was, whatever SQL says of it
	}
	data, err := v.marshal(json.Marshal, value)
	if err != nil {
		return nil, err
	}
	return v.sized(string(data), len(data))
}

// marshal calls the user's code, and checks that the first value comes back. JSON does not keep
// strings that are no UTF-8: where there may be one, it is checked again.
func (v *Valuer) marshal(marshal func(any) ([]byte, error), value reflect.Value) (data []byte, err error) {
	data, err = v.guard("it cannot be encoded", func() ([]byte, error) { return marshal(value.Interface()) })
	if err != nil || (v.checked && (v.codec != nil || !bytes.Contains(data, []byte(`\ufffd`)))) {
		return data, err
	}
	back := reflect.New(v.out)
	if err = v.read("it cannot be decoded again", data, back); err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(value.Interface(), back.Elem().Interface()) && !v.alike(marshal, data, back) {
		return nil, v.unfit(fmt.Sprintf("it does not come back as it was, but as %.100v", back.Elem()), nil)
	}
	v.checked = true
	return data, nil
}

// alike reports that a value which came back differs in nothing that is written: a time has come
// without its monotonic clock.
func (v *Valuer) alike(marshal func(any) ([]byte, error), data []byte, back reflect.Value) bool {
	again, err := v.guard("it cannot be encoded", func() ([]byte, error) { return marshal(back.Elem().Interface()) })
	return v.lax && err == nil && bytes.Equal(data, again) && !bytes.Contains(data, []byte(`\ufffd`))
}

func (v *Valuer) unmarshal(data []byte, into any) error {
	if v.codec != nil {
		return v.codec.Unmarshal(data, into)
	}
	return json.Unmarshal(data, into)
}

// read has the user's code read data into a value that nobody else has yet.
func (v *Valuer) read(reason string, data []byte, into reflect.Value) error {
	_, err := v.guard(reason, func() ([]byte, error) { return nil, v.unmarshal(data, into.Interface()) })
	return err
}

// decodeInto is read for a value that somebody has: it is not to be written to by code that returns late.
func (v *Valuer) decodeInto(into reflect.Value, data []byte) error {
	fresh := reflect.New(v.out)
	if err := v.read("it cannot be decoded", data, fresh); err != nil {
		return err
	}
	into.Set(fresh.Elem())
	return nil
}

// guard calls what may be the user's code. Where it is, it has a second, on a goroutine of its own: whoever keeps the journal is
// waited for at the end of a run.
func (v *Valuer) guard(reason string, f func() ([]byte, error)) ([]byte, error) {
	type answer struct {
		data []byte
		err  error
	}
	var got answer
	var failure *guard.Failure
	if v.own {
		got, failure = guard.Call(v.out, func() (a answer) {
			a.data, a.err = f()
			return a
		})
	} else {
		got.data, got.err = f()
	}
	switch {
	case failure == nil:
	case failure.Panic != nil:
		got.err = fmt.Errorf("panic: %v\n%s", failure.Panic.Value, failure.Panic.Stack)
	case failure.Goexit:
		got.err = errors.New("it calls runtime.Goexit")
	case failure.Refused:
		got.err = errors.New("it was not tried: others have not returned")
	default:
		got.err = fmt.Errorf("it has not returned within %v", failure.Overdue)
	}
	if got.err != nil {
		return nil, v.unfit(reason, got.err)
	}
	return got.data, nil
}

func (v *Valuer) sized(value any, n int) (any, error) {
	if n > v.most {
		return nil, v.unfit("it is over "+v.limit+": "+strconv.Itoa(n)+" bytes", nil)
	}
	return value, nil
}

func (v *Valuer) unfit(reason string, err error) error {
	return &logbook.Unfit{Err: &mapper.EncodingError{Type: v.out, Reason: reason, Err: err}}
}

// Decode reads value i from what Encode has returned.
func (v *Valuer) Decode(stored, values any, i int) error {
	switch all := values.(type) {
	case []string:
		if text, ok := stored.(string); ok && v.codec == nil {
			all[i] = text
			return nil
		}
	case []int:
		if n, ok := stored.(int64); ok && v.codec == nil {
			all[i] = int(n)
			return nil
		}
	}
	return v.decodeValue(stored, reflect.ValueOf(values).Index(i))
}

func (v *Valuer) decodeValue(stored any, into reflect.Value) error {
	switch stored := stored.(type) {
	case string:
		switch {
		case v.codec == nil && v.plain == asText:
			into.SetString(stored)
			return nil
		case v.codec == nil && v.plain == asJSON:
			return v.decodeInto(into, []byte(stored))
		}
	case []byte:
		switch {
		case v.codec != nil:
			return v.decodeInto(into, stored)
		case v.plain == asBlob:
			if stored == nil {
				stored = []byte{}
			}
			into.SetBytes(stored)
			return nil
		}
	case int64:
		switch {
		case v.codec == nil && v.plain == asInteger && into.CanInt():
			into.SetInt(stored)
			return nil
		case v.codec == nil && v.plain == asInteger:
			into.SetUint(uint64(stored))
			return nil
		}
	case nil:
		if v.plain == asNothing || v.plain == asBlob {
			return nil // the zero value
		}
	}
	return v.unfit(fmt.Sprintf("there is a %T in its place", stored), nil)
}
