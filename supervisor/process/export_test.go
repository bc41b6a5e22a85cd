//go:build unix

package process

import (
	"reflect"

	"github.com/longshore-go/longshore/supervisor/registry"
)

// Spares are the processes that wait to be used, and how many of them are known to be dead.
func (r *Runtime) Spares() (pids []int, dead int) {
	r.spares.mu.Lock()
	defer r.spares.mu.Unlock()
	for _, s := range r.spares.idle {
		pids = append(pids, s.proc.os.Pid)
		if s.proc.conn.readable() {
			dead++
		}
	}
	return pids, dead
}

// DefaultCodec is the codec for values like v.
func DefaultCodec(v any) Codec { return registry.NewCodec(reflect.TypeOf(v)) }
