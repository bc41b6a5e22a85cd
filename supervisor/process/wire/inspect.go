package wire

import (
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"
)

// The methods of an error are anybody's: called on a nil pointer, they like to panic. Here
// they are called with that in mind.

func textOf(err error) (text string) {
	defer func() {
		if value := recover(); value != nil {
			text = fmt.Sprintf("wire: the Error method of a %T panicked: %v", err, value)
		}
		text = trim(text, maxText)
	}()
	return err.Error()
}

// typeOf is the original's type where err has crossed before.
func typeOf(err error) string {
	if e, ok := err.(*RemoteError); ok && e != nil {
		return trim(e.Type, maxText)
	}
	return trim(reflect.TypeOf(err).String(), maxText)
}

// unwrapped returns what err unwraps to, without nils.
func unwrapped(err error) (chain []error) {
	defer func() {
		if value := recover(); value != nil {
			chain = nil
		}
	}()
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	case interface{ Unwrap() []error }:
		return slices.DeleteFunc(slices.Clone(e.Unwrap()), func(err error) bool { return err == nil })
	}
	return nil
}

// claimed returns the sentinels that the Is method of err answers for.
func claimed(err error) (all []error) {
	defer func() {
		if value := recover(); value != nil {
			all = nil
		}
	}()
	e, ok := err.(interface{ Is(error) bool })
	if !ok {
		return nil
	}
	for _, s := range sentinels() {
		if e.Is(s) {
			all = append(all, s)
		}
	}
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
