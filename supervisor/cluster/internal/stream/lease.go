package stream

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/mapper"
)

// lease is the right to write a stream: a key that its owner renews. It is taken over once it was not renewed for as long as
// its owner has said, by the clock of whoever wants it: clocks are not compared, and while the server is gone no time passes.
type lease struct {
	kv   jetstream.KeyValue
	key  string
	mine holder
	path string

	ended  context.Context // by release
	end    context.CancelFunc
	joined sync.WaitGroup

	mu   sync.Mutex
	rev  uint64
	lost error // why it is another's
	tell func(error)
}

// holder is who has a lease.
type holder struct {
	Life  string        `json:"life"`
	PID   int           `json:"pid"`
	Host  string        `json:"host"`
	Since time.Time     `json:"since"`
	Time  time.Duration `json:"time"`
}

func (h holder) locked(path string) error {
	return &mapper.LockedError{Path: path, PID: h.PID, Host: h.Host, Since: h.Since}
}

func holderOf(e jetstream.KeyValueEntry) (h holder) {
	_ = json.Unmarshal(e.Value(), &h) // what is none has no time
	return h
}

const bucket = "longshore-leases"

// leases is the bucket for them.
func leases(ctx context.Context, js jetstream.JetStream, replicas int) (jetstream.KeyValue, error) {
	kv, err := js.KeyValue(ctx, bucket)
	if !errors.Is(err, jetstream.ErrBucketNotFound) {
		return kv, err
	}
	kv, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucket, Description: "who writes the journals of runs", History: 1, Replicas: replicas})
	if errors.Is(err, jetstream.ErrBucketExists) {
		return js.KeyValue(ctx, bucket)
	}
	return kv, err
}

// renewals is how often a lease is renewed in its time.
const renewals = 4

// hold takes the lease, or returns a *mapper.LockedError as soon as its owner renews it. It waits until an owner that is gone is
// known to be, or ctx ends.
func hold(ctx context.Context, kv jetstream.KeyValue, key, path string, mine holder, wait patience) (*lease, error) {
	l := &lease{kv: kv, key: key, mine: mine, path: path}
	var seen uint64 // the revision that its owner has
	var since time.Time
	tick := time.NewTicker(mine.Time / renewals / 2)
	defer tick.Stop()
	for {
		var other jetstream.KeyValueEntry
		began := time.Now()
		err := persist(ctx, wait, func(ctx context.Context) (err error) {
			other, err = l.take(ctx)
			return err
		})
		late := time.Since(began) > mine.Time/renewals // nobody could renew it meanwhile
		switch {
		case err != nil:
			return nil, err
		case other == nil:
			l.ended, l.end = context.WithCancel(context.Background())
			l.joined.Go(l.renew)
			return l, nil
		case seen == 0 || late:
			seen, since = other.Revision(), time.Now()
		case other.Revision() != seen:
			return nil, holderOf(other).locked(path)
		case time.Since(since) > max(mine.Time, holderOf(other).Time):
			if l.rev, err = kv.Update(ctx, key, l.value(), seen); err != nil {
				seen = 0 // whatever it was: look again
				continue
			}
			l.ended, l.end = context.WithCancel(context.Background())
			l.joined.Go(l.renew)
			return l, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// take takes a lease that nobody has, or says who has it.
func (l *lease) take(ctx context.Context) (other jetstream.KeyValueEntry, err error) {
	l.rev, err = l.kv.Create(ctx, l.key, l.value())
	if !errors.Is(err, jetstream.ErrKeyExists) {
		return nil, err
	}
	e, err := l.kv.Get(ctx, l.key)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound):
		return nil, errAgain // it was given back this moment
	case err == nil && bytes.Equal(e.Value(), l.value()):
		l.rev = e.Revision() // it was created, and the answer was lost
		return nil, nil
	}
	return e, err
}

func (l *lease) value() []byte {
	text, err := json.Marshal(l.mine)
	if err != nil {
		panic(err) // it has nothing that JSON could not hold
	}
	return text
}

// renew is the goroutine that renews the lease, until it is given back or lost.
func (l *lease) renew() {
	tick := time.NewTicker(l.mine.Time / renewals)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-l.ended.Done():
			return
		}
		if err := l.renewOnce(); err != nil {
			l.mu.Lock()
			l.lost = err
			tell := l.tell
			l.mu.Unlock()
			if tell != nil {
				tell(err)
			}
			return
		}
	}
}

// watch has one told that the lease is lost.
func (l *lease) watch(tell func(error)) {
	l.mu.Lock()
	l.tell = tell
	err := l.lost
	l.mu.Unlock()
	if err != nil {
		tell(err)
	}
}

// renewOnce returns who has it now, where that is another. An answer that does not come says nothing.
func (l *lease) renewOnce() error {
	ctx, cancel := context.WithTimeout(l.ended, l.mine.Time/renewals)
	defer cancel()
	rev, err := l.kv.Update(ctx, l.key, l.value(), l.revision())
	if err != nil {
		e, unread := l.kv.Get(ctx, l.key)
		switch {
		case unread != nil: // a key that is gone is nobody's: the stream says whether one has begun
			return nil
		case !bytes.Equal(e.Value(), l.value()):
			return holderOf(e).locked(l.path)
		}
		rev = e.Revision()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rev = rev
	return nil
}

func (l *lease) revision() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rev
}

// isLost is who has it, where that is another.
func (l *lease) isLost() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// release gives it back.
func (l *lease) release() {
	l.end()
	l.joined.Wait()
	if l.isLost() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.mine.Time/renewals)
	defer cancel()
	_ = l.kv.Delete(ctx, l.key, jetstream.LastRevision(l.revision())) // else it runs out
}
