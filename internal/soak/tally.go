package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A tally counts what was injected. It is safe for concurrent use.
type tally struct {
	mu    sync.Mutex
	count map[string]int
}

func newTally() *tally { return &tally{count: map[string]int{}} }

func (t *tally) add(what string) { t.addAll(map[string]int{what: 1}) }

func (t *tally) addAll(more map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for what, n := range more {
		if n > 0 {
			t.count[what] += n
		}
	}
}

// String is a line for each.
func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(t.count)) {
		fmt.Fprintf(&b, "%9d %s\n", t.count[what], what)
	}
	return b.String()
}
