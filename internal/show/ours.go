package show

import "reflect"

// ours reports an error of the supervisor's or the mapper's, none of which is a nil pointer. They say what is in them
// by [Error] and [Text].
func ours(err error) bool {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.PkgPath() {
	case "github.com/longshore-go/longshore/supervisor", "github.com/longshore-go/longshore/mapper":
		return !isNil(err)
	}
	return false
}

// How deep errors of ours may be nested, and how many of them are looked at: anybody can make some that contain
// themselves.
const (
	deepestOurs = 16
	mostOurs    = 1000
)

func tooDeep(err error) bool {
	most := mostOurs
	return nested(err, deepestOurs, &most)
}

func nested(err error, depth int, most *int) bool {
	if err == nil || !ours(err) {
		return false
	}
	if *most--; depth == 0 || *most < 0 {
		return true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return nested(e.Unwrap(), depth-1, most)
	case interface{ Unwrap() []error }:
		inner := e.Unwrap()
		for _, err := range inner[:min(len(inner), deepestOurs)] { // no text has more
			if nested(err, depth-1, most) {
				return true
			}
		}
	}
	return false
}
