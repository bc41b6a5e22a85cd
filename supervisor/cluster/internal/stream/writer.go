package stream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// writer publishes messages, each behind the last. It is the keeper's own.
type writer struct {
	js      jetstream.JetStream
	name    string // of the stream
	subject string
	life    string // nobody else has it
	wait    patience

	last   uint64 // the sequence of the last message, once all are acknowledged
	n      uint64 // messages so far
	flight []*sent
	one    []byte // the message that is being written
}

// sent is a message that is not known to be in the stream.
type sent struct {
	data   []byte
	id     string // by which the server knows one that it has
	behind uint64
	ack    jetstream.PubAckFuture
	err    error // it was not sent
}

// messageLength is how long a message gets, but for one with a single row that is longer. Any server takes that.
const messageLength = 256 << 10

// add adds a row to the message that is being written.
func (w *writer) add(r *row) {
	if w.one == nil {
		w.one = append(append(make([]byte, 0, 4<<10), magic...), kindRows)
	}
	w.one = r.append(w.one)
}

// send sends that, without waiting for the server.
func (w *writer) send() {
	if w.one != nil {
		w.post(seal(w.one))
		w.one = nil
	}
}

// room reports that a value of that length may be added to what is written.
func (w *writer) room(length int) bool { return len(w.one)+length+rowRoom <= messageLength }

func (w *writer) post(data []byte) {
	w.n++
	s := &sent{data: data, id: w.life + "-" + strconv.FormatUint(w.n, 10), behind: w.last + uint64(len(w.flight))}
	s.ack, s.err = w.js.PublishMsgAsync(w.message(s), jetstream.WithRetryAttempts(0))
	w.flight = append(w.flight, s)
}

// message is that as NATS has it.
func (w *writer) message(s *sent) *nats.Msg {
	m := nats.NewMsg(w.subject)
	m.Data = s.data
	m.Header.Set(jetstream.MsgIDHeader, s.id)
	m.Header.Set(jetstream.ExpectedLastSeqHeader, strconv.FormatUint(s.behind, 10))
	m.Header.Set(jetstream.ExpectedStreamHeader, w.name)
	return m
}

// errEnded says that another life has begun: this one is over.
var errEnded = errors.New("another process writes it since")

// settle waits until all that was sent is in the stream. What the server has not acknowledged is sent again: it knows what it
// has. For how long says wait.
func (w *writer) settle(ctx context.Context) error {
	for _, s := range w.flight {
		s.behind = w.last // others may have come between
		seq, err := s.wait(ctx)
		if err != nil {
			err = persist(ctx, w.wait, func(ctx context.Context) error {
				seq, err = w.again(ctx, s)
				return err
			})
		}
		if err != nil {
			return err
		}
		w.last = seq
	}
	clear(w.flight)
	w.flight = w.flight[:0]
	return nil
}

// wait waits for the acknowledgement of what was sent.
func (s *sent) wait(ctx context.Context) (seq uint64, err error) {
	if s.err != nil {
		return 0, s.err
	}
	late := time.NewTimer(tryTime)
	defer late.Stop()
	select {
	case ack := <-s.ack.Ok():
		return ack.Sequence, nil
	case err := <-s.ack.Err():
		return 0, err
	case <-late.C:
		return 0, nats.ErrTimeout
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// again sends a message again, behind all that are in the stream: those before it are.
func (w *writer) again(ctx context.Context, s *sent) (seq uint64, err error) {
	ack, err := w.js.PublishMsg(ctx, w.message(s), jetstream.WithRetryAttempts(0))
	switch {
	case err == nil:
		return ack.Sequence, nil
	case isBehind(err):
		return w.between(ctx, s)
	case errors.Is(err, jetstream.ErrNoStreamResponse):
		if _, err := w.js.Stream(ctx, w.name); err != nil {
			return 0, err // it is gone, or there is none that could say so
		}
	}
	return 0, full(err)
}

// errAgain has a message sent again.
var errAgain = fmt.Errorf("cluster: again: %w", nats.ErrTimeout)

// between looks at what has come into the stream behind our last message. That may be ours, or of somebody who has no business
// there; but where another life has begun, this one is over.
func (w *writer) between(ctx context.Context, s *sent) (seq uint64, err error) {
	stream, err := w.js.Stream(ctx, w.name)
	if err != nil {
		return 0, err
	}
	last := stream.CachedInfo().State.LastSeq
	if last < s.behind {
		return 0, fmt.Errorf("%w: it has been emptied", errEnded)
	}
	for seq := s.behind + 1; seq <= last; seq++ {
		m, err := leaderGet(ctx, w.js, w.name, seq)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			continue
		case err != nil:
			return 0, err
		case m.Header.Get(jetstream.MsgIDHeader) == s.id:
			return seq, nil
		}
		if kind, _, err := unseal(m.Data); err == nil && kind == kindLife {
			return 0, errEnded
		}
	}
	s.behind = last
	return 0, errAgain
}
