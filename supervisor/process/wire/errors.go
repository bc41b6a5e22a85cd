package wire

import (
	"encoding/binary"
	"reflect"
	"syscall"

	"github.com/longshore-go/longshore/policy"
)

// The bounds of an error on its way. What lies beyond is left out, and a text says so.
const (
	maxText   = 16 << 10 // bytes of each text
	maxValue  = 64 << 10 // bytes of the value of a registered type
	maxErrors = 64       // errors in all, on all branches
	maxChain  = 32       // errors below each other
)

// An error crosses as a tree. A node is a kind and what the kind needs.
const (
	noError    = iota // nil
	remote            // what RemoteError has: text, type, sentinels, chain
	sentinel          // text
	errno             // number
	permanent         // the node under the mark
	retryAfter        // nanoseconds, the node under the mark
	registered        // name of the type, value, and what a remote has
	cut               // how many nodes are left out here
	end               // of a list of sentinels or of a chain
	throttled         // as retryAfter
)

// The types of the marks are policy's own affair.
var (
	permanentMark  = reflect.TypeOf(policy.Permanent(syscall.EINVAL))
	retryAfterMark = reflect.TypeOf(policy.RetryAfter(syscall.EINVAL, 0))
	throttledMark  = reflect.TypeOf(policy.Throttled(syscall.EINVAL, 0))
)

// AppendError appends err to dst, nil included, with the chain of what it unwraps to. Some
// errors cross as themselves: those of a type given to [RegisterError], sentinels (of
// context, io, io/fs, os, strconv, errors; see [RegisterSentinel]), syscall.Errno, and
// the marks of policy.Permanent, policy.RetryAfter and policy.Throttled. Any other arrives as a
// *[RemoteError]. At most 64 errors cross, no more than 32 below each other, with
// 16 KB of text each; where there was more, a text says so.
//
// AppendError never panics: if a method of err does, the text says so. It is safe for
// concurrent use.
func AppendError(dst []byte, err error) []byte {
	w := errorWriter{dst, maxErrors}
	w.error(err, 0)
	return w.buf
}

type errorWriter struct {
	buf  []byte
	left int // errors that may still be written
}

func (w *errorWriter) error(err error, depth int) {
	if w.left == 0 || depth > maxChain {
		w.cut(1)
		return
	}
	w.left--
	if err == nil {
		w.byte(noError)
		return
	}
	switch t := reflect.TypeOf(err); {
	case t == permanentMark:
		w.byte(permanent)
		w.error(policyCause(err), depth+1)
	case t == retryAfterMark:
		delay, _ := policy.RetryDelay(err)
		w.byte(retryAfter)
		w.int(int64(delay))
		w.error(policyCause(err), depth+1)
	case t == throttledMark:
		delay, _ := policy.ThrottleDelay(err)
		w.byte(throttled)
		w.int(int64(delay))
		w.error(policyCause(err), depth+1)
	case t == reflect.TypeFor[syscall.Errno]():
		w.byte(errno)
		w.int(int64(err.(syscall.Errno)))
	case isSentinel(err):
		w.byte(sentinel)
		w.text(err.Error())
	default:
		w.other(err, depth)
	}
}

// policyCause is the error right under a mark, which may be marked itself.
func policyCause(marked error) error { return unwrapped(marked)[0] }

func (w *errorWriter) other(err error, depth int) {
	if name, value, ok := registeredValue(err); ok {
		w.byte(registered)
		w.text(name)
		w.text(string(value))
	} else {
		w.byte(remote)
	}
	w.text(textOf(err))
	w.text(typeOf(err))
	for _, s := range claimed(err) {
		w.byte(sentinel)
		w.text(s.Error())
	}
	w.byte(end)
	chain := unwrapped(err)
	for i, err := range chain {
		if w.left == 0 || depth == maxChain {
			w.cut(len(chain) - i)
			break
		}
		w.error(err, depth+1)
	}
	w.byte(end)
}

func (w *errorWriter) cut(n int) {
	w.byte(cut)
	w.int(int64(n))
}

func (w *errorWriter) byte(b byte) { w.buf = append(w.buf, b) }

func (w *errorWriter) int(n int64) { w.buf = binary.AppendVarint(w.buf, n) }

func (w *errorWriter) text(s string) { w.buf = appendText(w.buf, s) }

func appendText(dst []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(s))), s...)
}
