package cluster

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// Run implements supervisor.Instance. An input that cannot be encoded, and a value, fails with the error that says why,
// marked with policy.Permanent.
func (l *lease) Run(ctx context.Context, chunk supervisor.Chunk, done func(i int, value any, err error)) error {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-l.gone:
		return l.crash()
	}
	l.worked = 0
	for from := 0; from < len(chunk.Inputs) && ctx.Err() == nil; {
		select {
		case <-l.gone:
			l.finish(l.why, untold)
			return l.crash()
		default:
		}
		s := &sent{l: l, done: done, first: chunk.Index, positions: l.positions[:0]}
		from = s.pack(chunk, from)
		if len(s.positions) == 0 {
			continue
		}
		err := s.execute(ctx)
		l.positions = s.positions
		l.builder.Reset() // the frame was its payload
		if err != nil || s.early {
			return err
		}
	}
	return nil
}

// sent is what one frame takes to the worker: inputs of a chunk, as many as fit.
type sent struct {
	l         *lease
	done      func(i int, value any, err error)
	frame     frame
	first     int   // index of the chunk's first input in its run
	positions []int // of its inputs in their chunk
	reported  int   // of them
	early     bool  // it ended before all were begun
	worked    time.Duration
	load      load
}

// pack takes inputs from that position on, and returns where it stopped.
func (s *sent) pack(chunk supervisor.Chunk, from int) (next int) {
	l := s.l
	l.builder.Timeout, l.builder.Deadline, l.builder.Limit = chunk.Timeout, chunk.Deadline, itemLimit(mostBytes(l.r.nc))
	for next = from; next < len(chunk.Inputs); next++ {
		index := chunk.Index + next
		err := l.builder.Add(index, chunk.Attempt, l.in, chunk.Inputs[next])
		if err != nil && errors.Is(err, wire.ErrFull) {
			break
		}
		if err != nil {
			s.done(next, nil, cannotCross("input", asTooLarge(err, index, false)))
			continue
		}
		s.positions = append(s.positions, next)
	}
	if len(s.positions) > 0 {
		l.chunk++
		s.frame = frame{kind: batch, chunk: l.chunk, payload: l.builder.Payload()}
	}
	return next
}

// execute sends the inputs and listens until their end, or that of the container.
func (s *sent) execute(ctx context.Context) error {
	l := s.l
	defer s.unload()
	affordable := s.afford()
	if affordable == nil {
		l.send(s.frame)
	}
	var fetched *grant
	wait, began := l.patience(), time.Now()
	again := time.NewTimer(wait)
	defer again.Stop()
	cancelled, killed := ctx.Done(), l.killed
	var late <-chan time.Time
	defer func() {
		l.worked += s.worked
		l.took = time.Since(began)
	}()
	for {
		select {
		case f := <-l.frames:
			over, err := s.take(f)
			if over || err != nil {
				return err
			}
			wait = l.patience()
			again.Reset(wait)
		case <-affordable:
			affordable = nil
			l.send(s.frame)
		case <-s.given(fetched):
			fetched = s.load.up
			s.fetch()
		case <-again.C:
			if affordable == nil {
				s.ask(ctx)
			}
			if late == nil && ctx.Err() == nil {
				wait = min(2*wait, askMost)
			}
			again.Reset(wait)
		case <-cancelled:
			cancelled = nil
			if affordable == nil {
				s.ask(ctx)
			}
			wait = askFirst
			again.Reset(wait)
		case <-killed:
			killed, late = nil, time.After(lastWord)
		case <-late:
			l.finish(l.cause, untold)
			return l.crash()
		case <-l.gone:
			l.finish(l.why, untold)
			return s.lost(affordable == nil)
		}
	}
}

// patience is how long a chunk may be silent until it is asked after: half as long again as the one before it took, in bounds.
// It is a message for each chunk of slow inputs, and a chunk costs two.
func (l *lease) patience() time.Duration { return min(max(l.took*3/2, askFirst), askLate) }

// lost is the end of a container that was lost. Where its inputs were out, the first that was not reported is named: nobody
// knows more.
func (s *sent) lost(out bool) error {
	crash := s.l.crash()
	if out && errors.Is(crash.Err, supervisor.ErrLost) {
		crash.Input = s.positions[s.reported]
	}
	return crash
}

// ask says again what may have been lost, and asks for what was not heard.
func (s *sent) ask(ctx context.Context) {
	l := s.l
	select {
	case <-l.killed:
		l.kill(l.cause)
	default:
	}
	if ctx.Err() != nil {
		l.send(frame{kind: stop, chunk: s.frame.chunk, payload: wire.AppendError(nil, context.Cause(ctx))})
	}
	if s.load.up != nil && s.load.up.has() {
		s.fetch()
		return
	}
	f := frame{kind: poll, chunk: s.frame.chunk, at: uint32(s.reported)}
	if s.load.down != nil {
		f.payload = wantArrival
	}
	l.send(f)
}

// take takes a frame, and reports whether nothing more is to come of these inputs.
func (s *sent) take(f frame) (over bool, err error) {
	l := s.l
	switch f.kind {
	case unknown:
		err := fmt.Errorf("cluster: %s knows nothing of the container any more: %w", l.host, supervisor.ErrLost)
		l.finish(err, heard)
		return true, s.lost(true)
	case crashed: // perhaps after the last outcome of the chunk before: then it is to blame for nothing here
		return true, s.crashed(f)
	}
	if f.chunk != s.frame.chunk {
		return false, nil // of one before
	}
	if f.kind != missing {
		s.arrived()
	}
	switch f.kind {
	case missing:
		l.send(s.frame)
	case waits:
		s.waits(f)
	case results:
		return s.results(f)
	case ended:
		s.early = int(f.at) == s.reported
		return s.early, nil
	}
	return false, nil
}

// crashed is told that the container is gone, and of which input. Nothing is believed that cannot be.
func (s *sent) crashed(f frame) error {
	l := s.l
	crash := l.crashOf(f.payload)
	if f.chunk == s.frame.chunk && crash.Input >= s.reported && crash.Input < len(s.positions) {
		crash.Input = s.positions[crash.Input]
	} else {
		crash.Input = supervisor.NoInput
	}
	l.finish(crash, heard)
	return crash
}

const workedSize = 8

// results tells outcomes, if they are those that come next.
func (s *sent) results(f frame) (over bool, err error) {
	if int(f.at) != s.reported || len(f.payload) < workedSize {
		return false, nil // it came before, or there is a gap: it is asked for again
	}
	s.came()
	items, err := wire.ParseResults(f.payload[workedSize:])
	if err != nil || items.Len() > len(s.positions)-s.reported {
		return true, s.strange()
	}
	s.worked = max(s.worked, time.Duration(binary.LittleEndian.Uint64(f.payload)))
	decode := s.l.decoder(items.Len())
	for {
		item, ok := items.Next()
		if !ok {
			return s.reported == len(s.positions), nil
		}
		value, err, bad := s.outcome(item, decode)
		if bad != nil {
			return true, s.strange()
		}
		s.done(s.positions[s.reported], value, err)
		s.reported++
	}
}

// strange ends a container whose worker says what no worker says.
func (s *sent) strange() error {
	s.l.kill(errStrange)
	s.l.finish(errStrange, untold)
	return s.l.crash()
}
