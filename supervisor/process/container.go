package process

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// container is a worker as its parent sees it, from its start until nothing of it is left.
// Its frames are read by whoever waits for one (see listen), since a reader that hands them over
// would take longer than the worker. Two kinds of goroutine serve it besides: own waits for
// its end and joins the others, and a few read what it prints.
type container struct {
	runtime  *Runtime
	launch   supervisor.Launch
	function *function
	nonce    string

	proc    *proc
	conn    *wire.Conn
	orders  *wire.Conn // by the lifeline
	inputs  wire.Codec // of whoever calls Run
	values  wire.Codec // of whoever listens
	foreign bool       // these codecs may call methods of the user's
	builder wire.BatchBuilder
	next    uint64 // sequence number of the next input, of whoever calls Run
	batch   atomic.Pointer[batch]

	dead   chan struct{} // closed when the process has ended
	dumped chan struct{} // closed when it has said where the function is
	gone   chan struct{} // closed when nothing is left
	hurry  chan struct{} // closed when the container is not closed in order
	hasten sync.Once     // closes hurry

	reason   atomic.Pointer[reason] // why we have killed it
	turn     chan struct{}          // held by Run, and for good by Close
	readLock chan struct{}          // of the connection: held by whoever listens, and for good by own
	printed  output
	memory   gauge

	// What it has said. Whoever listens may read it, and all when gone is closed.
	hello ready
	crash *wire.CrashReport
	dump  string
	bye   bool
	exit  error // what exit has returned
	deaf  bool  // nothing that it says is read any more

	// What own has found out, for whoever has seen gone closed.
	state     *os.ProcessState
	diagnosis *supervisor.CrashError // nil if the end was in order
	begun     uint64                 // number of the input that it has begun last; 0 for none
	executing bool                   // it had not ended it
	spoilt    bool                   // its connection was of no more use
}

// reason is why a worker was killed. It is noted before the kill, since the dead say
// nothing of it.
type reason struct {
	kind string
	err  error
}

// How long to wait for what a dead worker may still have sent: a grandchild may hold
// the other ends open for ever.
const drainTime = 200 * time.Millisecond

// start starts a worker and says hello.
func (r *Runtime) start(f *function, launch supervisor.Launch) (*container, error) {
	title := titleOf(launch, f)
	s, err := r.worker(title)
	if err != nil {
		return nil, err
	}
	c := &container{
		runtime: r, launch: launch, function: f, nonce: s.nonce, proc: s.proc,
		inputs: registry.NewCodec(f.In), values: registry.NewCodec(f.Out), next: 1,
		turn: make(chan struct{}, 1), readLock: make(chan struct{}, 1),
		dead: make(chan struct{}), dumped: make(chan struct{}), gone: make(chan struct{}), hurry: make(chan struct{}),
	}
	c.foreign = wire.Foreign(c.inputs) || wire.Foreign(c.values)
	c.conn, c.orders = wire.NewConn(c.proc.conn), wire.NewConn(c.proc.lifeline)
	c.printed.start(c)
	c.memory.start(c)
	go c.own()
	// An error here is that of a worker which has ended already: own finds out why.
	_ = send(c.conn, wire.Hello, hello{
		Nonce: c.nonce, Function: f.Name, Title: title, Container: launch.Container, Memory: r.opts.Memory,
	})
	return c, nil
}

// started waits until the worker is ready, or gone, and returns what Open does.
func (c *container) started(ctx context.Context) (supervisor.Instance, error) {
	forget := whenDone(ctx, nil, func() { c.end(context.Cause(ctx)) })
	ready := c.listen(func() bool { return c.hello.Nonce != "" && !c.hello.Failed })
	if cancelled := forget(); ready && !cancelled {
		if c.runtime.opts.Spare > 0 {
			go c.runtime.fillSpares() // only now: it takes the time of those that start
		}
		return c, nil
	}
	<-c.gone // one that has failed ends by itself
	return nil, c.lost(nil)
}

// own is the goroutine that sees the worker off.
func (c *container) own() {
	defer close(c.gone)
	c.proc.await()
	close(c.dead)
	c.state = c.proc.reap()
	deadline := time.Now().Add(drainTime)
	_ = c.proc.conn.SetReadDeadline(deadline)
	c.printed.end(deadline)
	c.listenToEnd()
	c.printed.wait()
	c.memory.wait()
	c.diagnosis = c.diagnose()
	_ = c.conn.Close()
	c.proc.close()
	c.runtime.left()
}
