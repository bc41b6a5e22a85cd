package process

import (
	"crypto/rand"
	"sync"
)

// spares are workers that are started and have not been told yet what they are to be. What
// the program does before Main, such as filling large tables, is behind them when a
// container needs a successor. They live as long as any container of the runtime does, so
// that nobody has to close it.
type spares struct {
	mu   sync.Mutex // held while one is started: whoever needs it waits for it
	open int        // containers that live
	idle []spare
}

// spare is a worker that waits for its Hello.
type spare struct {
	nonce string
	proc  *proc
}

// startWorker starts a worker, which the system shows with that title.
func (r *Runtime) startWorker(title string) (s spare, err error) {
	group, err := r.newGroup()
	if err != nil {
		return s, err
	}
	s.nonce = rand.Text()
	s.proc, err = spawn(r.opts, s.nonce, title, group)
	return s, err
}

// worker returns a worker for a container: a spare one that lives, or a new one.
func (r *Runtime) worker(title string) (spare, error) {
	s, ok := r.spares.take()
	if ok {
		return s, nil
	}
	s, err := r.startWorker(title)
	if err != nil {
		r.left()
	}
	return s, err
}

// take counts a container, and returns a spare worker for it if there is one.
func (p *spares) take() (s spare, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open++
	for len(p.idle) > 0 {
		s, p.idle = p.idle[0], p.idle[1:]
		if !s.proc.conn.readable() { // the dead are readable, and the others have nothing to say yet
			return s, true
		}
		s.end()
	}
	return spare{}, false
}

// fillSpares starts the spare workers that are missing. A failure shows when a container needs one.
func (r *Runtime) fillSpares() {
	p := &r.spares
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.open > 0 && len(p.idle) < r.opts.Spare {
		s, err := r.startWorker(spareTitle())
		if err != nil {
			return
		}
		p.idle = append(p.idle, s)
	}
}

// left counts a container that is gone. With the last one go the spare workers.
func (r *Runtime) left() {
	p := &r.spares
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open--; p.open > 0 {
		return
	}
	for _, s := range p.idle {
		s.end()
	}
	p.idle = nil
}

// end ends a worker that was not needed, and waits for that.
func (s spare) end() {
	s.proc.kill()
	s.proc.await()
	s.proc.reap()
	s.proc.close()
}
