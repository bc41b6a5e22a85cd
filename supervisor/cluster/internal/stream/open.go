package stream

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
)

// Config is how the journal of a run is kept.
type Config struct {
	Place
	Life  context.Context // of the connection: nothing is waited for once it has ended
	Lease time.Duration   // how long a lease lasts that is not renewed

	Version    string
	Key        func(any) string
	Codec      record.Codec
	KeepFailed bool
	FreshOnly  bool
	Redact     func(string) string
	Adopt      bool
	Replicas   int
	MaxBytes   int64 // 0: no limit
}

const (
	// leastDuplicates is how long the server remembers which messages it has.
	leastDuplicates = 2 * time.Minute
	// valueRoom is what a message has besides a value.
	valueRoom = 1 << 10
)

// Open opens the journal for a run, or says why it is not for that one. It reads all that is there, and waits for the end of the
// lease of an owner that is gone.
func Open(ctx context.Context, cfg Config, about logbook.About) (logbook.Log, error) {
	keys, err := record.NewKeyer(about.In, cfg.Key)
	if err != nil {
		return nil, err
	}
	l, err := cfg.open(ctx, cfg.JetStream, keys, about)
	if err != nil {
		return nil, failed("open", Path(cfg.Run), err)
	}
	return l, nil
}

func (cfg *Config) open(ctx context.Context, js jetstream.JetStream, keys *record.Keyer, about logbook.About) (*log, error) {
	err := cfg.ready(ctx, js)
	if err == nil {
		err = persist(ctx, forLong(cfg.Wait), func(ctx context.Context) error { return cfg.provide(ctx, js) })
	}
	if err != nil {
		return nil, full(err)
	}
	var kv jetstream.KeyValue
	err = persist(ctx, forLong(cfg.Wait), func(ctx context.Context) error {
		kv, err = leases(ctx, js, cfg.Replicas)
		return err
	})
	if err != nil {
		return nil, full(err)
	}
	host, _ := os.Hostname()
	mine := holder{Life: rand.Text(), PID: os.Getpid(), Host: host, Since: time.Now().Truncate(time.Second), Time: cfg.Lease}
	owned, err := hold(ctx, kv, cfg.Run, Path(cfg.Run), mine, forLong(cfg.Wait))
	if err != nil {
		return nil, full(err)
	}
	l, err := cfg.begin(ctx, js, owned, keys, about)
	if err != nil {
		owned.release()
		return nil, full(err)
	}
	return l, nil
}

// provide makes the stream, unless it is there.
func (cfg *Config) provide(ctx context.Context, js jetstream.JetStream) error {
	err := cfg.find(ctx, js)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{
		Name: Name(cfg.Run), Subjects: cfg.subjects(), Description: "journal of a run",
		Storage: jetstream.FileStorage, Replicas: cfg.Replicas, MaxBytes: limit(cfg.MaxBytes), Discard: jetstream.DiscardNew,
		Duplicates: max(leastDuplicates, 2*cfg.Wait), AllowDirect: true, DenyDelete: true, DenyPurge: true,
	})
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return nil // another process was faster
	}
	return err
}

func limit(n int64) int64 {
	if n == 0 {
		return -1
	}
	return n
}

// mostTries is how often a life is begun where others write meanwhile.
const mostTries = 10

// begin reads the stream, and begins a life in it behind all that was read.
func (cfg *Config) begin(ctx context.Context, js jetstream.JetStream, owned *lease, keys *record.Keyer, about logbook.About) (*log, error) {
	name, path := Name(cfg.Run), Path(cfg.Run)
	most := int(js.Conn().MaxPayload()) - valueRoom
	values := record.NewValuer(about.Out, cfg.Codec, most, strconv.Itoa(most)+" bytes, which is what a message of this server may have")
	w := writer{js: js, name: name, subject: subjectOf(cfg.Run), life: owned.mine.Life}
	for range mostTries {
		c, err := cfg.load(ctx, js)
		if err != nil {
			return nil, err
		}
		l := &log{path: path, keepsFresh: cfg.FreshOnly, redact: cfg.Redact, values: values, lease: owned, writer: w, life: cfg.Life, wait: cfg.Wait}
		manifest, err := cfg.agree(l, c, about, values)
		if err != nil {
			return nil, err
		}
		if c.damaged > 0 && about.AtMostOnce {
			return nil, fmt.Errorf("%s damaged or gone: which inputs they had begun nobody knows, and with AtMostOnce none may begin again",
				amount.Plain(c.damaged, "message is", "messages are"))
		}
		one := life{Format: format, Life: owned.mine.Life, PID: owned.mine.PID, Host: owned.mine.Host, Since: owned.mine.Since, Manifest: manifest}
		if c.life == nil || c.life.Life != one.Life { // else it was begun, and the answer was lost
			l.writer.last = c.last
			s := &sent{data: one.message(), id: one.Life + "-0", behind: c.last}
			var ack *jetstream.PubAck
			err = persist(ctx, forLong(cfg.Wait), func(ctx context.Context) error {
				ack, err = js.PublishMsg(ctx, l.writer.message(s), jetstream.WithRetryAttempts(0))
				return err
			})
			if isBehind(err) {
				continue // somebody has written since it was read
			}
			if err != nil {
				return nil, err
			}
			c.last = ack.Sequence
		}
		l.writer.last, l.writer.wait = c.last, l.patience
		l.index = c.index
		l.Set(c.crashes)
		l.cursor = cursor{js: js, nc: js.Conn(), name: name, wait: l.patience}
		l.lookup = record.Lookup{Keys: keys, KeepFailed: cfg.KeepFailed, AtMostOnce: about.AtMostOnce, Lock: &l.mu, Scan: l.index.scan}
		l.recaller = record.Recaller{Values: values, Silent: cfg.FreshOnly, AtMostOnce: about.AtMostOnce}
		return l, nil
	}
	return nil, errors.New("others write to the stream")
}

// agree is the manifest of the life that begins, and what the run is told of those before.
func (cfg *Config) agree(l *log, c *content, about logbook.About, values *record.Valuer) (map[string]string, error) {
	recorded := map[string]string{}
	if c.life != nil {
		maps.Copy(recorded, c.life.Manifest)
	} else {
		for _, line := range record.Informative() {
			recorded[line.Name] = line.Value
		}
	}
	l.past = logbook.Past{Path: l.path, New: c.life == nil, Silent: cfg.FreshOnly, Some: len(c.rows) > 0, Foreign: c.foreign + c.damaged}
	further, before, err := record.Agree(l.path, recorded, record.OwnLines(cfg.Version, cfg.Key != nil, cfg.Codec), cfg.Adopt)
	if err != nil {
		return nil, err
	}
	if before != nil {
		l.past.Adopted, l.past.Before = true, *before
	}
	run, _, err := record.Agree(l.path, recorded, record.RunLines(about, values), false)
	if err != nil {
		return nil, err
	}
	for _, line := range append(further, run...) {
		recorded[line.Name] = line.Value
	}
	return recorded, nil
}
