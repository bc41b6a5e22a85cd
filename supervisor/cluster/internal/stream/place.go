package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/mapper"
)

// Place is where the journal of a run is.
type Place struct {
	// JetStream is shared by all logs of a connection: its publisher has a goroutine, which ends with the connection. One for each log,
	// ended by CleanupPublisher, left that goroutine behind now and then: it looks for its channel only once it runs.
	JetStream jetstream.JetStream
	Run       string        // a part of a subject
	Wait      time.Duration // how long a server that is gone is waited for

	Refused func() error // why the server refuses our user, which then gets no answer; it returns nil where it does not
}

// Name is that of the stream of a run, and Path how people are told of it.
func Name(run string) string { return "LONGSHORE_" + run }

// Path is that.
func Path(run string) string { return pathOf(Name(run)) }

func pathOf(name string) string { return "jetstream:" + name }

func subjectOf(run string) string { return "ls.journal." + run }

func (p *Place) subjects() []string { return []string{subjectOf(p.Run)} }

// ready waits until the server is there and has JetStream.
func (p *Place) ready(ctx context.Context, js jetstream.JetStream) error {
	err := persist(ctx, forLong(p.Wait), func(context.Context) error {
		if !p.JetStream.Conn().IsConnected() {
			return nats.ErrDisconnected
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.enabled(ctx, js)
}

// enabledTime is how long a server is asked for JetStream that says it has none: where another one takes over, it says so, too.
const enabledTime = 3 * time.Second

// enabled waits until JetStream answers: servers that have no leader do not.
func (p *Place) enabled(ctx context.Context, js jetstream.JetStream) error {
	began, since := time.Now(), time.Time{} // when it said first that there is none
	wait := func() time.Duration {
		if since.IsZero() {
			return p.Wait
		}
		return min(since.Sub(began)+enabledTime, p.Wait)
	}
	return persist(ctx, wait, func(ctx context.Context) error {
		_, err := js.AccountInfo(ctx)
		none := errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount)
		switch {
		case !none:
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		}
		if why := p.Refused(); err != nil && why != nil {
			return fmt.Errorf("%w: %w", errRefused, why)
		}
		return err
	})
}

// find returns nil where the stream of the run is there and no other.
func (p *Place) find(ctx context.Context, js jetstream.JetStream) error {
	s, err := js.Stream(ctx, Name(p.Run))
	if err == nil && !slices.Equal(s.CachedInfo().Config.Subjects, p.subjects()) {
		return &mapper.FormatError{Path: Path(p.Run), Known: format}
	}
	return err
}

// load reads all of the stream, and takes its time.
func (p *Place) load(ctx context.Context, js jetstream.JetStream) (c *content, err error) {
	err = persist(ctx, forLong(p.Wait), func(context.Context) (err error) {
		c, err = load(ctx, js, Name(p.Run), p.Wait)
		return err
	})
	return c, err
}
