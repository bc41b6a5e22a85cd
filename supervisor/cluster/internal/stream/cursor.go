package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// cursor reads messages again, some at a time, for the values that are in them. It is the keeper's own.
type cursor struct {
	js   jetstream.JetStream
	nc   *nats.Conn
	name string
	wait patience

	have  map[uint64][]byte // bodies of messages; nil for one that cannot be read
	order []uint64          // in which they came
	bytes int
}

// How much is read at a time, and kept.
const (
	window      = 256
	windowBytes = 4 << 20
	keptBytes   = 16 << 20
	overhead    = 128 // of a message
)

// body is that of a message, nil where it is gone, or not as it was.
func (c *cursor) body(ctx context.Context, seq uint64) ([]byte, error) {
	if body, ok := c.have[seq]; ok {
		return body, nil
	}
	err := persist(ctx, c.wait, func(ctx context.Context) error { return c.fetch(ctx, seq) })
	if err != nil {
		return nil, err
	}
	return c.have[seq], nil
}

// fetch reads messages from seq on. Whether that one is there says the leader: others may lag behind.
func (c *cursor) fetch(ctx context.Context, seq uint64) error {
	err := c.batch(ctx, seq)
	if err != nil {
		return err
	}
	if _, ok := c.have[seq]; ok {
		return nil
	}
	m, err := leaderGet(ctx, c.js, c.name, seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		c.keep(seq, nil)
		return nil
	case err != nil:
		return err
	}
	c.keep(seq, m.Data)
	return nil
}

// batch asks for several messages at once, and takes what comes.
func (c *cursor) batch(ctx context.Context, seq uint64) error {
	ask, err := json.Marshal(map[string]any{"seq": seq, "batch": window, "max_bytes": windowBytes})
	if err != nil {
		return err
	}
	sub, err := c.nc.SubscribeSync(c.nc.NewInbox())
	if err != nil {
		return err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := c.nc.PublishRequest("$JS.API.DIRECT.GET."+c.name, sub.Subject, ask); err != nil {
		return err
	}
	for {
		m, err := sub.NextMsgWithContext(ctx)
		switch {
		case err != nil:
			return err
		case m.Header.Get("Status") != "":
			return nil // the end, or there is none; fetch looks whether that is so
		}
		at, err := strconv.ParseUint(m.Header.Get(jetstream.SequenceHeader), 10, 64)
		if err != nil {
			return fmt.Errorf("a message has no number: %w", err)
		}
		c.keep(at, m.Data)
		if m.Header.Get("Nats-Num-Pending") == "" {
			return nil // an old server, which sends one
		}
	}
}

func (c *cursor) keep(seq uint64, message []byte) {
	if _, ok := c.have[seq]; ok {
		return
	}
	var body []byte
	if kind, rows, err := unseal(message); err == nil && kind == kindRows {
		body = rows
	}
	if c.have == nil {
		c.have = map[uint64][]byte{}
	}
	for len(c.order) > 0 && c.bytes+len(body) > keptBytes { // which is more than comes at once
		c.bytes -= len(c.have[c.order[0]]) + overhead
		delete(c.have, c.order[0])
		c.order = c.order[1:]
	}
	c.have[seq] = body
	c.order = append(c.order, seq)
	c.bytes += len(body) + overhead
}

// leaderGet asks the leader of the stream for a message.
func leaderGet(ctx context.Context, js jetstream.JetStream, name string, seq uint64) (*nats.Msg, error) {
	ask, err := json.Marshal(map[string]any{"seq": seq})
	if err != nil {
		return nil, err
	}
	reply, err := js.Conn().RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+name, ask)
	if err != nil {
		return nil, err
	}
	var got struct {
		Error   *jetstream.APIError `json:"error"`
		Message *struct {
			Header []byte `json:"hdrs"`
			Data   []byte `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(reply.Data, &got); err != nil {
		return nil, err
	}
	switch {
	case got.Error != nil:
		return nil, got.Error
	case got.Message == nil:
		return nil, jetstream.ErrInvalidJSAck
	}
	m := &nats.Msg{Data: got.Message.Data, Header: nats.Header{}}
	if len(got.Message.Header) > 0 {
		if h, err := nats.DecodeHeadersMsg(got.Message.Header); err == nil {
			m.Header = h
		}
	}
	return m, nil
}
