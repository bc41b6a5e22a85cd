package process

import (
	"bytes"
	"fmt"
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
	lineQueue = 1024     // lines that Options.Log may lag behind
	logTime   = 100 * time.Millisecond
)

// output reads what a worker prints. A worker that prints never waits for anybody but
// the reader of its pipe, who waits for nobody.
type output struct {
	readers sync.WaitGroup
	lines   chan Line
	logged  chan struct{} // closed when all lines are logged
	files   []*os.File
	tail    []byte // of stderr
	fatal   string // the last line of stderr that begins with fatalPrefix
	trace   []byte
}

func (o *output) start(c *container) {
	o.lines, o.logged = make(chan Line, lineQueue), make(chan struct{})
	o.files = []*os.File{c.proc.stdout, c.proc.stderr, c.proc.trace}
	name := c.launch.Name
	if name == "" {
		name = c.function.name
	}
	line := Line{Function: name, Container: c.launch.Container}
	o.readers.Go(func() { readLines(c.proc.stdout, nil, o.queue(c, line, "stdout")) })
	o.readers.Go(func() {
		queue := o.queue(c, line, "stderr")
		readLines(c.proc.stderr, &o.tail, func(text []byte) {
			if bytes.HasPrefix(text, []byte(fatalPrefix)) {
				o.fatal = string(text)
			}
			queue(text)
		})
	})
	o.readers.Go(func() {
		o.trace, _ = io.ReadAll(io.LimitReader(c.proc.trace, traceSize))
		_, _ = io.Copy(io.Discard, c.proc.trace)
	})
	go o.log(c.runtime.opts.Log)
}

// queue returns what takes the lines of a stream.
func (o *output) queue(c *container, line Line, stream string) func([]byte) {
	line.Stream = stream
	return func(text []byte) {
		line.Text = string(text)
		if c.launch.Print != nil {
			c.launch.Print(stream, line.Text)
		}
		select {
		case o.lines <- line:
		default:
			c.runtime.dropped.Add(1)
		}
	}
}

func (o *output) log(log func(Line)) {
	defer close(o.logged)
	if log == nil {
		log = func(l Line) { fmt.Fprintf(os.Stderr, "[%s %d] %s\n", l.Function, l.Container, l.Text) }
	}
	for line := range o.lines {
		log(line)
	}
}

// end limits the reading: a grandchild may hold the other ends open.
func (o *output) end(deadline time.Time) {
	for _, f := range o.files {
		_ = f.SetReadDeadline(deadline)
	}
}

// wait waits for the readers, and for a while for Options.Log, which may be slow.
func (o *output) wait() {
	o.readers.Wait()
	close(o.lines)
	select {
	case <-o.logged:
	case <-time.After(logTime):
	}
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
