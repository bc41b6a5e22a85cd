package process

import (
	"runtime"
	"strings"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// dumpSize is how much a worker prints of the stacks of all goroutines.
const dumpSize = 1 << 20

// stacks are those of all goroutines, that of the function first. A worker that is asked
// for them in time can say more than one that gets SIGQUIT: the runtime does not print a
// goroutine then that runs on another thread.
func stacks() []byte {
	buf := make([]byte, dumpSize)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	for i, g := range all {
		if strings.Contains(g, ".(*worker).live(") {
			all[0], all[i] = g, all[0]
			break
		}
	}
	text := strings.Join(all, "\n\n")
	return []byte(text[:min(len(text), traceSize)])
}

// tellStacks answers a parent that wants to know where the function is.
func (w *worker) tellStacks() { _ = w.conn.WriteFrame(wire.Stats, 0, stacks()) }
