//go:build unix

package process

import (
	"crypto/rand"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// proc is a worker process as its parent sees it: how to talk to it and how to kill it.
type proc struct {
	os   *os.Process
	mark string // of its family
	page *page

	conn     *socket // nothing that the function prints can harm it
	stdout   *os.File
	stderr   *os.File
	trace    *os.File // what the Go runtime prints when it dies
	lifeline *os.File // what it must hear at any time; closed, it tells of our death
	group    *cgroup  // nil: none

	mu     sync.Mutex // held for a signal, so that it cannot hit a number used again
	reaped bool
	state  *os.ProcessState // how it ended, once it is reaped
}

// spawn starts a worker, which then waits for its Hello.
func spawn(opts Options, nonce, title string, group *cgroup) (*proc, error) {
	p := &proc{group: group, mark: rand.Text()}
	files, err := p.channels()
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	if err == nil {
		p.os, err = os.StartProcess(executable(), []string{title}, &os.ProcAttr{
			Env: environment(opts.Env, nonce, p.mark), Files: files, Sys: attributes(opts, group),
		})
	}
	if err != nil {
		p.close()
		return nil, startError(err, opts)
	}
	return p, nil
}

// channels makes what connects the worker with its parent, and returns the files of the
// worker, to be closed when it has them.
func (p *proc) channels() (files []*os.File, err error) {
	open := func(ours **os.File, pair func() (*os.File, *os.File, error)) {
		if err == nil {
			var theirs *os.File
			if *ours, theirs, err = pair(); err == nil {
				files = append(files, theirs)
			}
		}
	}
	open(new(*os.File), devNull)
	open(&p.stdout, os.Pipe)
	open(&p.stderr, os.Pipe)
	open(new(*os.File), func() (_, theirs *os.File, err error) {
		p.conn, theirs, err = socketPair()
		return nil, theirs, err
	})
	open(new(*os.File), func() (_, file *os.File, err error) {
		p.page, file, err = newPage()
		return nil, file, err
	})
	open(&p.trace, os.Pipe)
	open(&p.lifeline, func() (w, r *os.File, err error) {
		r, w, err = os.Pipe()
		return w, r, err
	})
	return files, err
}

func devNull() (_, file *os.File, err error) {
	file, err = os.Open(os.DevNull)
	return nil, file, err
}

// sendBuffer is what a socket holds that nobody has read yet: each time that a large frame
// fills it, its sender sleeps.
const sendBuffer = 1 << 20

// socketPair returns our end, which the runtime polls so that Close and deadlines end a
// read, and the worker's, which blocks: it halves the latency and costs one thread.
func socketPair() (ours *socket, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	for _, fd := range fds {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, sendBuffer) // the system may allow less
	}
	err = unix.SetNonblock(fds[0], true)
	return newSocket(fds[0], "worker"), os.NewFile(uintptr(fds[1]), "parent"), err
}

// quit makes the worker print where its goroutines are, and die. SIGABRT is the only signal
// that still does that to it.
func (p *proc) quit() { p.signal(p.os.Pid, unix.SIGABRT) }

// kill ends the worker and what it has started.
func (p *proc) kill() {
	p.group.kill()
	p.signal(-p.os.Pid, unix.SIGKILL)
}

func (p *proc) signal(to int, sig unix.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.reaped {
		unix.Kill(to, sig)
	}
}

// close gives back what the parent holds of a worker that is gone or was never there.
func (p *proc) close() {
	if p.conn != nil {
		p.conn.Close()
	}
	for _, f := range []*os.File{p.stdout, p.stderr, p.trace, p.lifeline} {
		if f != nil {
			f.Close()
		}
	}
	if p.page != nil {
		p.page.free()
	}
	p.group.remove()
}
