package cluster

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process/wire"
	"github.com/longshore-go/longshore/supervisor/registry"
)

func echo(_ context.Context, n int) (int, error) { return n, nil }

var _ = registry.Register(echo)

// TestBatchOnce: a batch that comes again is not executed again, whenever it comes.
func TestBatchOnce(t *testing.T) {
	t.Parallel()
	h := &held{frames: make(chan frame, heldFrames)}
	first := frame{kind: batch, chunk: 1, parts: 1}
	h.take(first)
	h.take(first)
	require.Len(t, h.frames, 1)
	<-h.frames // its goroutine has it, and has not begun
	h.take(first)
	require.Empty(t, h.frames)
	h.take(frame{kind: batch, chunk: 2, parts: 1})
	require.Empty(t, h.frames, "the first is not begun yet")
	h.chunk = 1
	h.take(first)
	h.take(frame{kind: batch, chunk: 3, parts: 1})
	require.Empty(t, h.frames)
	h.take(frame{kind: batch, chunk: 2, parts: 1})
	require.Len(t, h.frames, 1)
}

// TestCrashAfterLastOutcome: a container that has crashed after all was told of its chunk is gone for the next one, too, which
// has not begun.
func TestCrashAfterLastOutcome(t *testing.T) {
	t.Parallel()
	f, err := registry.Lookup(echo)
	require.NoError(t, err)
	for chunk, input := range map[uint64]int{4: supervisor.NoInput, 5: 7} {
		r := New(Options{})
		l := newLease(r, f, supervisor.Launch{Container: 3})
		l.m = &machine{}
		s := &sent{l: l, frame: frame{kind: batch, chunk: 5}, positions: []int{7, 8}}
		over, err := s.take(frame{kind: crashed, chunk: chunk, payload: packCrash(&supervisor.CrashError{Panic: "boom"})})
		require.True(t, over)
		crash, ok := errors.AsType[*supervisor.CrashError](err)
		require.True(t, ok)
		require.Equal(t, []any{3, input, "boom"}, []any{crash.Container, crash.Input, crash.Panic})
	}
}

func TestWeight(t *testing.T) {
	t.Parallel()
	one := weight{used: 32 << 20, limit: 1 << 30}
	got, ok := parseWeight(one.pack())
	require.True(t, ok)
	require.Equal(t, one, got)
	for _, bad := range [][]byte{nil, make([]byte, 15), make([]byte, 17), weight{used: -1}.pack(), weight{limit: -1}.pack()} {
		_, ok := parseWeight(bad)
		require.False(t, ok)
	}
	require.True(t, one.worth(weight{}))
	require.False(t, one.worth(weight{used: 33 << 20, limit: 1 << 30}))
	require.True(t, one.worth(weight{used: 40 << 20, limit: 1 << 30}))
	require.True(t, one.worth(weight{used: 32 << 20}))
}

// TestMarksCross: what says that nobody is to blame, or that no start can succeed, crosses.
func TestMarksCross(t *testing.T) {
	t.Parallel()
	for _, mark := range []error{supervisor.ErrLost, supervisor.ErrFatalStart} {
		for _, err := range []error{mark, fmt.Errorf("so: %w", mark)} {
			crash, ok := parseCrash(packCrash(&supervisor.CrashError{Err: err}))
			require.True(t, ok)
			require.ErrorIs(t, crash, mark)
			require.ErrorContains(t, crash, err.Error())
		}
	}
	crash, ok := parseCrash(packCrash(&supervisor.CrashError{Err: errors.New("else")}))
	require.True(t, ok)
	require.NotErrorIs(t, crash, supervisor.ErrLost)
	require.NotErrorIs(t, crash, supervisor.ErrFatalStart)
}

// TestOrphans: they are remembered until they have ended, and not for ever.
func TestOrphans(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newMembers(Options{}, newToken())
	s.orphans.add("w", "a", now)
	s.orphans.add("w", "b", now.Add(time.Second))
	s.orphans.add("v", "c", now)
	require.ElementsMatch(t, []string{"a", "b"}, s.orphansOf("w"))
	s.ended(nameOf("a"))
	s.ended(nameOf("x"))
	s.ended("b")
	require.Equal(t, []string{"b"}, s.orphansOf("w"))
	s.orphans.expire(now.Add(orphanMemory + time.Millisecond))
	require.Equal(t, []string{"b"}, s.orphansOf("w"))
	require.Empty(t, s.orphansOf("v"))
	s.hear(hello{ID: "w", Bye: true}, now)
	require.Empty(t, s.orphans)
}

// TestGraceBegins when machines are looked for, however long ago the runtime was made.
func TestGraceBegins(t *testing.T) {
	t.Parallel()
	s := newMembers(Options{Grace: time.Minute}, newToken())
	deserted := func(at time.Time) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.deserted(at)
	}
	now := time.Now().Add(time.Hour)
	require.False(t, deserted(now))
	s.seek(now)
	require.False(t, deserted(now.Add(59*time.Second)))
	require.True(t, deserted(now.Add(time.Minute)))
}

// TestStood: who has not listened does not take others for silent.
func TestStood(t *testing.T) {
	t.Parallel()
	now := time.Now()
	require.False(t, stood(now, now.Add(probeEvery)))
	require.True(t, stood(now, now.Add(10*time.Second)))
}

// station is a worker of this process, and a connection beside it that plays its caller by hand.
type station struct {
	nc     *nats.Conn
	caller string
	worker string
	frames chan frame
}

func newStation(t *testing.T, slots int) *station {
	t.Helper()
	in, err := startServer("")
	require.NoError(t, err)
	t.Cleanup(in.stop)
	dial := func() *nats.Conn {
		l := newLink("", "", nil, "test")
		l.inside = in.server
		nc, err := l.dial()
		require.NoError(t, err)
		t.Cleanup(func() { closeConn(nc) })
		return nc
	}
	s := &station{nc: dial(), caller: newToken(), frames: make(chan frame, 100)}
	first := make(chan string, 1)
	require.NoError(t, subscribe(s.nc, map[string]nats.MsgHandler{
		helloSubject: func(m *nats.Msg) {
			if h, ok := parseHello(m.Data); ok {
				select {
				case first <- h.ID:
				default:
				}
			}
		},
		callerSubject(s.caller, "*"): func(m *nats.Msg) {
			if f, ok := parseFrame(m.Data); ok {
				s.frames <- f
			}
		},
	}))
	require.NoError(t, s.nc.Flush())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	nc := dial()
	go func() {
		done <- newLink("", "", nil, "test").serveOn(ctx, nc, WorkerOptions{Slots: slots, Drain: time.Nanosecond}.filled())
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	s.worker = <-first
	return s
}

// ask asks for a container.
func (s *station) ask(t *testing.T, lease string) {
	t.Helper()
	f, err := registry.Lookup(echo)
	require.NoError(t, err)
	require.NoError(t, s.nc.Publish(openSubject(s.worker), encode(request{
		Version: Version(), Function: f.Name, Caller: s.caller, Lease: lease,
	})))
}

func (s *station) tell(t *testing.T, lease string, f frame) {
	t.Helper()
	require.NoError(t, publish(s.nc, leaseSubject(s.worker, s.caller, lease), f))
}

// TestRefusedOnce: a request that was refused, and comes again, opens nothing: nobody waits for it any more.
func TestRefusedOnce(t *testing.T) {
	t.Parallel()
	s := newStation(t, 1)
	one, two, three := newToken(), newToken(), newToken()
	s.ask(t, one)
	require.Equal(t, opened, (<-s.frames).kind)
	s.ask(t, one)
	require.Equal(t, opened, (<-s.frames).kind, "the same answer")
	s.ask(t, two)
	refusal := <-s.frames
	require.Equal(t, refused, refusal.kind)
	require.True(t, parseRefusal(refusal.payload).Full)
	s.tell(t, one, frame{kind: drain})
	require.Equal(t, bye, (<-s.frames).kind)
	s.ask(t, two)
	require.Equal(t, refused, (<-s.frames).kind)
	s.tell(t, one, frame{kind: destroy, payload: wire.AppendError(nil, errGivenUp)})
	require.Equal(t, bye, (<-s.frames).kind, "the last word")
	s.tell(t, three, frame{kind: destroy})
	require.Equal(t, unknown, (<-s.frames).kind)
	require.Eventually(t, func() bool { // a slot is free a moment after the last word
		four := newToken()
		s.ask(t, four)
		return (<-s.frames).kind == opened
	}, time.Minute, time.Millisecond)
}
