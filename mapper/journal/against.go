package journal

import (
	"sync"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// against is what is held against inputs, by their keys: deaths of the process, or crashes of containers. It is safe for
// concurrent use, and costs nothing to ask while nothing is held against any.
type against[V any] struct {
	some atomic.Bool

	mu  sync.Mutex
	all map[chunk.Key]V
}

// clear reports whether something was held against the input. Nothing is any more.
func (a *against[V]) clear(key chunk.Key) bool {
	if !a.some.Load() {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, was := a.all[key]
	delete(a.all, key)
	a.some.Store(len(a.all) > 0)
	return was
}
