package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"strconv"

	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// Codec writes values as bytes, and reads them again. Its name is in the journal: one with
// another name is a [*MismatchError]. Its methods are called by one goroutine at a time.
type Codec interface {
	Name() string
	Marshal(v any) ([]byte, error)
	// Unmarshal reads into what v points to.
	Unmarshal(data []byte, v any) error
}

// maxValue is how long a row may be: SQLite's limit, less what else is in it.
const maxValue = 1_000_000_000 - 1<<16

// valuer writes values as SQLite has them: strings as TEXT, bytes as BLOB, integers as INTEGER, and
// all else as TEXT in JSON, or as BLOB as the codec has it.
type valuer struct {
	out     reflect.Type
	codec   Codec // nil: as above
	plain   form
	checked bool // a value has come back as it went
	lax     bool // values that differ in nothing but what their own methods hide are equal
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

func (f form) String() string { return [...]string{"JSON", "text", "bytes", "integer", "none"}[f] }

// form is how values are written, for the manifest.
func (v *valuer) form() string {
	if v.codec != nil {
		return "codec"
	}
	return v.plain.String()
}

func newValuer(out reflect.Type, codec Codec) *valuer {
	v := &valuer{out: out, codec: codec}
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
	return v
}

// encode returns value i as SQLite has it.
func (v *valuer) encode(values any, i int) (any, error) {
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

func (v *valuer) encodeValue(value reflect.Value) (any, error) {
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
func (v *valuer) marshal(marshal func(any) ([]byte, error), value reflect.Value) (data []byte, err error) {
	err = v.guard("it cannot be encoded", func() error {
		data, err = marshal(value.Interface())
		return err
	})
	if err != nil || (v.checked && (v.codec != nil || !bytes.Contains(data, []byte(`\ufffd`)))) {
		return data, err
	}
	back := reflect.New(v.out)
	err = v.guard("it cannot be decoded again", func() error { return v.unmarshal(data, back.Interface()) })
	if err != nil {
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
func (v *valuer) alike(marshal func(any) ([]byte, error), data []byte, back reflect.Value) bool {
	again, err := marshal(back.Elem().Interface())
	return v.lax && err == nil && bytes.Equal(data, again) && !bytes.Contains(data, []byte(`\ufffd`))
}

func (v *valuer) unmarshal(data []byte, into any) error {
	if v.codec != nil {
		return v.codec.Unmarshal(data, into)
	}
	return json.Unmarshal(data, into)
}

// guard calls the user's code.
func (v *valuer) guard(reason string, f func() error) (err error) {
	returned := false
	defer func() {
		if !returned {
			err = v.unfit(reason, fmt.Errorf("panic: %v\n%s", recover(), debug.Stack()))
		}
	}()
	err = f()
	returned = true
	if err != nil {
		return v.unfit(reason, err)
	}
	return nil
}

func (v *valuer) sized(value any, n int) (any, error) {
	if n > maxValue {
		return nil, v.unfit("it is over 1 GB: "+strconv.Itoa(n)+" bytes", nil)
	}
	return value, nil
}

func (v *valuer) unfit(reason string, err error) error {
	return &durable.Unfit{Err: &EncodingError{Type: v.out, Reason: reason, Err: err}}
}

// decode reads value i from what encode has returned.
func (v *valuer) decode(stored, values any, i int) error {
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

func (v *valuer) decodeValue(stored any, into reflect.Value) error {
	switch stored := stored.(type) {
	case string:
		switch {
		case v.codec == nil && v.plain == asText:
			into.SetString(stored)
			return nil
		case v.codec == nil && v.plain == asJSON:
			return v.guard("it cannot be decoded", func() error { return json.Unmarshal([]byte(stored), into.Addr().Interface()) })
		}
	case []byte:
		switch {
		case v.codec != nil:
			return v.guard("it cannot be decoded", func() error { return v.codec.Unmarshal(stored, into.Addr().Interface()) })
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
