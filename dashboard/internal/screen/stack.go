package screen

import (
	"slices"
	"strings"
)

// stack is where something has happened, for those who wrote the program: their own frames first.
type stack struct {
	Yours, Ours string
	Rest        int // frames in Ours
}

// stackOf takes a stack apart: frames are two lines, a function and the place in it. What is no frame, as the
// first lines that the runtime prints, stays at the top.
func stackOf(text string) stack {
	var s stack
	var yours, ours strings.Builder
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t") {
			to := &yours
			if strange(lines[i]) {
				to = &ours
				s.Rest++
			}
			to.WriteString(lines[i] + "\n" + lines[i+1] + "\n")
			i++
			continue
		}
		yours.WriteString(lines[i] + "\n")
	}
	s.Yours, s.Ours = strings.TrimSpace(yours.String()), strings.TrimSpace(ours.String())
	if s.Yours == "" {
		return stack{Yours: s.Ours}
	}
	return s
}

// Packages below which frames are of no use to those who wrote the program: those that call it.
var callers = []string{
	"runtime.", "runtime/", "testing.", "panic(",
	"github.com/longshore-go/longshore/mapper", "github.com/longshore-go/longshore/supervisor", "github.com/longshore-go/longshore/internal/",
}

// strange reports a frame that is not of the program.
func strange(function string) bool {
	function = strings.TrimPrefix(function, "created by ")
	return function == "panic" || slices.ContainsFunc(callers, func(prefix string) bool { return strings.HasPrefix(function, prefix) })
}
