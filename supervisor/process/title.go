package process

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/longshore-go/longshore/supervisor"
)

// titleSize is how many bytes the title of a worker has at most.
const titleSize = 96

// titleOf is what an operator sees of a worker in ps: program, function, container.
func titleOf(launch supervisor.Launch, f *function) string {
	name := cmp.Or(launch.Name, f.Name[strings.LastIndexByte(f.Name, '/')+1:])
	number := fmt.Sprintf(" %d", launch.Container)
	return cutTo(program()+": "+printable(name), titleSize-len(number)) + number
}

// spareTitle is that of a worker that does not know yet what it will be. It leaves room for the other one.
func spareTitle() string {
	title := cutTo(program()+": spare worker", titleSize)
	return title + strings.Repeat(" ", titleSize-len(title))
}

func program() string { return printable(filepath.Base(os.Args[0])) }

// commSize is how long the name of a thread may be, which is all that the kernel's own messages say.
const commSize = 15

// commOf makes a name of a thread of a title: of each part what there is room for, the container first.
func commOf(title string) string {
	program, rest, _ := strings.Cut(title, ": ")
	function, number := rest, ""
	if at := strings.LastIndexByte(rest, ' '); at >= 0 {
		function, number = rest[:at], rest[at:]
	}
	room := commSize - len(number) - len(":")
	program = cutTo(program, max(room-len(function), room/3))
	return program + ":" + cutTo(function, room-len(program)) + number
}

// cutTo cuts text to some bytes.
func cutTo(text string, size int) string {
	if len(text) <= size {
		return text
	}
	return strings.ToValidUTF8(text[:max(size, 0)], "")
}

// printable replaces what would harm a terminal, or end the text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}
