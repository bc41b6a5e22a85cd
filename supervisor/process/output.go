package process

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"sync"
	"time"
)

// A Line is a line that a worker has printed.
type Line struct {
	Function  string // its name in the launch, or else in the program
	Container int
	Stream    string // "stdout" or "stderr"
	Text      string // without the newline
}

// How much is kept of what a worker prints.
const (
	tailSize  = 16 << 10 // the end of stderr
	traceSize = 64 << 10 // the beginning of the trace: the goroutine at fault comes first
	lineSize  = 64 << 10 // a longer line is cut into several
)

// output reads what a worker prints. A worker that prints waits for nobody but the reader of its pipe, and that for nobody
// but a log which does take lines.
type output struct {
	readers sync.WaitGroup
	log     lineLog
	files   []*os.File
	tail    []byte // of stderr
	fatal   string // the last line of stderr with which the Go runtime gives up
	trace   []byte
}

func (o *output) start(c *container) {
	o.files = []*os.File{c.proc.stdout, c.proc.stderr, c.proc.trace}
	name := cmp.Or(c.launch.Name, c.function.Name)
	o.log.start(c.runtime.opts.Log, Line{Function: name, Container: c.launch.Container}, &c.runtime.dropped)
	o.readers.Go(func() { readLines(&lateReader{File: c.proc.stdout}, nil, o.taker(c, "stdout")) })
	o.readers.Go(func() {
		take := o.taker(c, "stderr")
		readLines(&lateReader{File: c.proc.stderr}, &o.tail, func(text []byte) {
			if isFatal(text) {
				o.fatal = string(text)
			}
			take(text)
		})
	})
	o.readers.Go(func() {
		trace := &lateReader{File: c.proc.trace}
		o.trace, _ = io.ReadAll(io.LimitReader(trace, traceSize))
		_, _ = io.Copy(io.Discard, trace)
	})
}

// taker returns what takes the lines of a stream.
func (o *output) taker(c *container, stream string) func([]byte) {
	return func(line []byte) {
		text := string(line)
		if c.launch.Print != nil {
			c.launch.Print(stream, text)
		}
		o.log.put(stream, text)
	}
}

// end limits the reading: a grandchild may hold the other ends open.
func (o *output) end(deadline time.Time) {
	for _, f := range o.files {
		_ = f.SetReadDeadline(deadline)
	}
}

// wait waits for the readers, and for the log as long as it takes lines.
func (o *output) wait() {
	o.readers.Wait()
	o.log.end()
}

// readLines reads lines to the end of r, and keeps the end of all if asked to.
func readLines(r io.Reader, tail *[]byte, take func([]byte)) {
	buf := make([]byte, 4<<10)
	var line []byte
	for {
		n, err := r.Read(buf)
		if tail != nil {
			*tail = append(*tail, buf[:n]...)
			*tail = (*tail)[max(0, len(*tail)-tailSize):]
		}
		line = append(line, buf[:n]...)
		for {
			head, rest, found := bytes.Cut(line, []byte("\n"))
			if !found {
				break
			}
			take(bytes.TrimSuffix(head, []byte("\r")))
			line = append(line[:0], rest...)
		}
		if len(line) > lineSize || err != nil && len(line) > 0 {
			take(line)
			line = line[:0]
		}
		if err != nil {
			return
		}
	}
}
