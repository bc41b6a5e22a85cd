package supervisor

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// stacks turns program counters into text and remembers what it said: an input
// that crashes its container tends to do so thousands of times at one place,
// and printing a stack costs as much as twenty panics.
type stacks struct {
	mu    sync.Mutex
	texts map[stackKey]string
}

const (
	stackDepth  = 32
	stackTexts  = 256 // distinct stacks remembered; the rest are printed each time
	guardFrames = 4   // runtime.Callers, capture, caught, the guard's deferred call
)

type stackKey [stackDepth]uintptr

// capture returns the stack below the deferred call that called caught. Called while
// panicking, that is the stack of the panic.
func (s *stacks) capture() string {
	var key stackKey
	n := runtime.Callers(guardFrames, key[:])
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.texts[key]
	if !ok {
		text = printStack(key[:n])
		if s.texts == nil {
			s.texts = map[stackKey]string{}
		}
		if len(s.texts) < stackTexts {
			s.texts[key] = text
		}
	}
	return text
}

func printStack(pcs []uintptr) string {
	var b strings.Builder
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			b.WriteString(f.Function + "\n\t" + f.File + ":" + strconv.Itoa(f.Line) + "\n")
		}
		if !more {
			return b.String()
		}
	}
}
