package show

import (
	"errors"
	"io"
	"reflect"
	"strings"
)

var joinType = reflect.TypeOf(errors.Join(io.EOF))

func isJoin(err error) bool {
	return err != nil && reflect.TypeOf(err) == joinType && !isNil(err)
}

// mostJoined is how many errors are shown of those that are joined, and joined again.
const mostJoined = 128

// joined is the text of what errors.Join returns, as far as there is room. Its own Error makes the whole of it, and the
// same error may be in it time and again: sixty of them are more text than there is memory.
func joined(err error, limit int) string {
	if limit <= 0 {
		limit = Limit
	}
	var b strings.Builder
	most := mostJoined
	lines(&b, err, limit, &most)
	return b.String()
}

func lines(b *strings.Builder, err error, limit int, most *int) {
	for i, inner := range err.(interface{ Unwrap() []error }).Unwrap() {
		if *most < 0 || b.Len() > limit {
			return
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		switch *most--; {
		case *most < 0:
			b.WriteString("…")
		case isJoin(inner):
			lines(b, inner, limit, most)
		default:
			b.WriteString(Error(inner, limit))
		}
	}
}
