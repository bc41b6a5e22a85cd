package process

import (
	"fmt"
	"sync/atomic"
	"time"
)

// How often the memory of a worker is read, which takes a microsecond: with a limit to
// hold, and without one, for the report of its end.
const (
	pollTime   = 10 * time.Millisecond
	sampleTime = 100 * time.Millisecond
)

// gauge reads how much memory a worker has, and has it killed over its limit.
type gauge struct {
	used atomic.Int64 // when it was last read
	peak atomic.Int64
	done chan struct{} // closed when it reads no more
}

func (g *gauge) start(c *container) {
	g.done = make(chan struct{})
	read, err := memoryOf(c.proc)
	if err != nil {
		close(g.done)
		return
	}
	go g.poll(c, read)
}

func (g *gauge) wait() { <-g.done }

// Memory is what the worker used when that was last read, at most 100 ms ago, and its limit;
// see supervisor.Gauge.
func (c *container) Memory() (used, limit int64) { return c.memory.used.Load(), c.runtime.opts.Memory }

// poll reads it again and again until the worker is dead.
func (g *gauge) poll(c *container, read memoryReader) {
	defer close(g.done)
	defer read.Close()
	limit, every := c.runtime.opts.Memory, pollTime
	if c.runtime.limits.By != ByPoll {
		limit, every = 0, sampleTime
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		used := read.Bytes()
		g.used.Store(used)
		g.peak.Store(max(g.peak.Load(), used))
		if limit > 0 && used > limit {
			c.kill(KindMemory, fmt.Errorf("process: the worker uses %.1f MiB of memory, over its limit of %.1f MiB", mib(used), mib(limit)))
			limit = 0
		}
		select {
		case <-c.dead:
			return
		case <-tick.C:
		}
	}
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }
