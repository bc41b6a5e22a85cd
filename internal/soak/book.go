package main

import (
	"slices"
	"sync/atomic"
)

// A book is what attempts write down about themselves. It is memory that worker processes
// share, so that an attempt which takes its process along has written all the same.
type book struct {
	cells []uint32 // one for each of injected, then as many as columns for each input
	close func()
}

// The columns of an input.
const (
	begun   = iota // attempts
	crashed        // of them, those that brought their container down
	valued         // of them, those that returned a value
	columns
)

// injected are the things that steps do, as the book counts them.
var injected = []string{
	"ok", "spin", "error", "permanent", "after", "throttled", "panic", "panic-error", "goexit", "retire", "obey", "ignore",
	"kill", "term", "stop", "exit", "exit-0", "exit-late", "hog", "fatal", "garbage",
}

func cellsFor(inputs int) int { return len(injected) + columns*inputs }

// newBook is one for goroutines.
func newBook(inputs int) *book { return &book{make([]uint32, cellsFor(inputs)), func() {}} }

func (b *book) cell(input, column int) *uint32 {
	return &b.cells[len(injected)+columns*input+column]
}

// note adds one and returns how many there are now.
func (b *book) note(input, column int) int { return int(atomic.AddUint32(b.cell(input, column), 1)) }

func (b *book) read(input, column int) int { return int(atomic.LoadUint32(b.cell(input, column))) }

// inject counts a step.
func (b *book) inject(does string) {
	if i := slices.Index(injected, does); i >= 0 {
		atomic.AddUint32(&b.cells[i], 1)
	}
}

func (b *book) injections() map[string]int {
	all := map[string]int{}
	for i, does := range injected {
		all[does] = int(atomic.LoadUint32(&b.cells[i]))
	}
	return all
}

// crashes is how many steps were to bring a container down.
func (b *book) crashes() (n int) {
	for does, times := range b.injections() {
		if crashes(does) {
			n += times
		}
	}
	return n
}
