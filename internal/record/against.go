package record

import (
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/internal/logbook"
)

// Against is what is held against inputs, by their keys: deaths of the process, or crashes of containers. It is safe for
// concurrent use, and costs nothing to ask while nothing is held against any.
type Against[V any] struct {
	Some atomic.Bool

	Mu  sync.Mutex
	All map[logbook.Key]V
}

// Clear reports whether something was held against the input. Nothing is any more.
func (a *Against[V]) Clear(key logbook.Key) bool {
	if !a.Some.Load() {
		return false
	}
	a.Mu.Lock()
	defer a.Mu.Unlock()
	_, was := a.All[key]
	delete(a.All, key)
	a.Some.Store(len(a.All) > 0)
	return was
}
