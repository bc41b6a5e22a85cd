package cause

import "strings"

// frame is the function where a stack begins, with its whole path, and the same in short with its file
// and line. It knows the stacks of [supervisor.CrashError] and those that the Go runtime prints.
func frame(stack string) (function, short string) {
	stack = stack[:min(len(stack), stackRead)]
	caller := ""
	for line := range strings.Lines(stack) {
		line = strings.TrimRight(line, "\r\n")
		place, isPlace := strings.CutPrefix(line, "\t")
		if !isPlace {
			caller = line
			continue
		}
		if name := nameOf(caller); ours(name) {
			file, _, _ := strings.Cut(place, " +0x")
			file = file[strings.LastIndexAny(file, `/\`)+1:]
			return name, Clean(name[strings.LastIndexByte(name, '/')+1:]+" ("+file+")", titleLength)
		}
	}
	return "", ""
}

// stackRead is how much of a stack is read in search of its first function.
const stackRead = 16 << 10

// nameOf is the function in a line of a stack, which may have arguments behind it, as in
// main.(*T).work(0xc000012345, ...).
func nameOf(line string) string {
	if i := strings.LastIndexByte(line, '('); i > 0 && strings.HasSuffix(line, ")") && line[i-1] != '.' {
		line = line[:i]
	}
	return line
}

// ours reports a function that is not the runtime's.
func ours(name string) bool {
	return name != "" && name != "panic" && !strings.HasPrefix(name, "runtime.") &&
		!strings.HasPrefix(name, "runtime/debug.") && !strings.HasPrefix(name, "created by ") && !strings.HasPrefix(name, "[")
}
