package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// content is what is in a stream.
type content struct {
	index
	last    uint64 // the sequence of the last message
	life    *life  // the last one; nil before the first
	foreign int    // messages that are none of a journal's
	damaged int    // those that are not as they were written, or gone
}

// load reads all of a stream, by a consumer that sees to the order. It waits for the next message for as long as patience.
// The consumer may be at a server that lags behind: what that does not have the leader is asked for.
func load(ctx context.Context, js jetstream.JetStream, name string, patience time.Duration) (*content, error) {
	c := &content{index: index{crashes: map[logbook.Key]logbook.Crashes{}}}
	stream, err := js.Stream(ctx, name)
	if err != nil {
		return nil, err
	}
	state := stream.CachedInfo().State
	if state.Msgs == 0 {
		c.last = state.LastSeq
		return c, nil
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return nil, err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessagesWithBytesLimit(512, 8<<20))
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	defer messages.Stop()
	late := time.AfterFunc(patience, messages.Stop)
	defer late.Stop()
	for pending := true; pending && c.last < state.LastSeq; {
		m, err := messages.Next()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		late.Reset(patience)
		meta, err := m.Metadata()
		if err != nil {
			return nil, err
		}
		seq := meta.Sequence.Stream
		c.damaged += int(seq - c.last - 1)
		c.last, pending = seq, meta.NumPending > 0
		if err := c.take(seq, m.Data()); err != nil {
			return nil, &mapper.FormatError{Path: pathOf(name), Format: c.life.Format, Known: format}
		}
	}
	if err := c.rest(ctx, js, name, state.LastSeq); err != nil {
		return nil, err
	}
	c.settle()
	return c, nil
}

// rest reads from the leader what is missing up to the last message.
func (c *content) rest(ctx context.Context, js jetstream.JetStream, name string, last uint64) error {
	for c.last < last {
		m, err := leaderGet(ctx, js, name, c.last+1)
		switch {
		case errors.Is(err, jetstream.ErrMsgNotFound):
			c.damaged++
		case err != nil:
			return err
		case c.take(c.last+1, m.Data) != nil:
			return &mapper.FormatError{Path: pathOf(name), Format: c.life.Format, Known: format}
		}
		c.last++
	}
	return nil
}

var errNewer = errors.New("stream: of a newer format")

// take takes a message. It fails where a life has begun with a newer format.
func (c *content) take(seq uint64, message []byte) error {
	kind, body, err := unseal(message)
	switch {
	case err == errForeign:
		c.foreign++
		return nil
	case err == nil && kind == kindRows:
		err = c.add(seq, body)
	case err == nil && kind == kindLife:
		var l life
		if err = json.Unmarshal(body, &l); err == nil {
			c.life = &l
			if l.Format > format {
				return errNewer
			}
		}
	case err == nil:
		err = fmt.Errorf("kind %q is not known", kind)
	}
	if err != nil {
		c.damaged++
	}
	return nil
}
