package wire

import (
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
)

// The methods of an error are anybody's: called on a nil pointer, they like to panic. Here
// they are called with that in mind, and one that does not return costs nothing but what it would have said.

func textOf(err error) string { return show.Error(err, maxText) }

// typeOf is the original's type where err has crossed before.
func typeOf(err error) string {
	if e, ok := err.(*RemoteError); ok && e != nil {
		return trim(e.Type, maxText)
	}
	return trim(reflect.TypeOf(err).String(), maxText)
}

// unwrapped returns what err unwraps to, without nils.
func unwrapped(err error) []error {
	return slices.DeleteFunc(slices.Clone(guard.Unwrap(err)), func(err error) bool { return err == nil })
}

// claimed returns the sentinels that the Is method of err answers for.
func claimed(err error) (all []error) {
	e, ok := err.(interface{ Is(error) bool })
	if !ok {
		return nil
	}
	all, _ = guard.Call(reflect.TypeOf(err), func() (all []error) {
		for _, s := range sentinels() {
			if e.Is(s) {
				all = append(all, s)
			}
		}
		return all
	})
	return all
}

// trim shortens a text to about limit bytes and says so.
func trim(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	at := limit - 32 // for what is said
	for back := 0; back < utf8.UTFMax && !utf8.RuneStart(s[at]); back++ {
		at--
	}
	return fmt.Sprintf("%s … (%d bytes more)", s[:at], len(s)-at)
}
