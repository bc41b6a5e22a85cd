package show

import (
	"fmt"
	"reflect"
	"strconv"
)

// deepest is how deep a value is looked into. A slice may contain itself, and be as wide as it is
// deep: the limit of the text bounds that.
const deepest = 16

// render shows v by what it is made of.
func render(v any, limit int) (text string) {
	if limit <= 0 {
		limit = Limit
	}
	r := renderer{room: limit + 1} // what is one too long is seen to be cut off
	defer func() {
		if recover() != nil { // somebody writes to it
			text = Type(v)
		}
	}()
	r.value(reflect.ValueOf(v), 0)
	return cut(string(r.text), limit)
}

// renderer writes until it is out of room.
type renderer struct {
	text []byte
	room int
}

func (r *renderer) write(s string) {
	s = s[:min(len(s), r.room)]
	r.text = append(r.text, s...)
	r.room -= len(s)
}

func (r *renderer) value(v reflect.Value, depth int) {
	if depth > deepest {
		r.write("…")
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		r.write("<nil>")
	case reflect.Interface:
		r.value(v.Elem(), depth)
	case reflect.Pointer:
		r.pointer(v, depth)
	case reflect.Struct:
		r.list("{", v.NumField(), v.Field, "}", depth)
	case reflect.Array, reflect.Slice:
		r.list("[", v.Len(), v.Index, "]", depth)
	case reflect.Map:
		r.write(fmt.Sprintf("%s of %d", cut(v.Type().String(), 200), v.Len()))
	default:
		r.write(scalar(v))
	}
}

// pointer shows what the value itself points to, and of pointers within it where they point.
func (r *renderer) pointer(v reflect.Value, depth int) {
	if depth == 0 && !v.IsNil() {
		switch v.Elem().Kind() {
		case reflect.Struct, reflect.Array, reflect.Slice, reflect.Map:
			r.write("&")
			r.value(v.Elem(), depth+1)
			return
		}
	}
	r.write(scalar(v))
}

func (r *renderer) list(open string, n int, item func(int) reflect.Value, end string, depth int) {
	r.write(open)
	for i := 0; i < n && r.room > 0; i++ {
		if i > 0 {
			r.write(" ")
		}
		r.value(item(i), depth+1)
	}
	r.write(end)
}

// scalar is a value that has nothing in it.
func scalar(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	case v.Kind() == reflect.Float32:
		return fmt.Sprint(float32(v.Float()))
	case v.CanFloat():
		return fmt.Sprint(v.Float())
	case v.Kind() == reflect.Complex64:
		return fmt.Sprint(complex64(v.Complex()))
	case v.CanComplex():
		return fmt.Sprint(v.Complex())
	case v.IsNil(): // what is left are references
		return "<nil>"
	}
	return fmt.Sprintf("%#x", v.Pointer())
}
