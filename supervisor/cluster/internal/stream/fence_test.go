package stream

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// connected is a connection to a server with JetStream inside this process.
func connected(t testing.TB) *nats.Conn {
	t.Helper()
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(time.Minute))
	nc, err := nats.Connect("", nats.InProcessServer(s))
	require.NoError(t, err)
	t.Cleanup(func() {
		gone := make(chan struct{})
		nc.SetClosedHandler(func(*nats.Conn) { close(gone) })
		nc.Close()
		<-gone
		s.Shutdown()
		s.WaitForShutdown()
	})
	return nc
}

// nobody is refused.
func nobody() error { return nil }

func placeOf(nc *nats.Conn) Place {
	js, err := jetstream.New(nc)
	if err != nil {
		panic(err) // of its options, and there are none
	}
	return Place{JetStream: js, Run: "a", Wait: time.Minute, Refused: nobody}
}

// begun is a log of a life whose lease nobody renews within the test.
func begun(t testing.TB, nc *nats.Conn, once bool) *log {
	t.Helper()
	cfg := Config{Place: placeOf(nc), Life: t.Context(), Lease: time.Hour, Replicas: 1}
	l, err := Open(t.Context(), cfg, logbook.About{In: reflect.TypeFor[int](), Out: reflect.TypeFor[int](), AtMostOnce: once})
	require.NoError(t, err)
	return l.(*log)
}

// takeAway takes the lease away, as if it had not been renewed for long.
func (l *log) takeAway(t testing.TB) {
	t.Helper()
	require.NoError(t, l.lease.kv.Delete(t.Context(), l.lease.key))
}

// put records a value for the input that is i.
func (l *log) put(t testing.TB, i, value int) {
	t.Helper()
	keys := make([]logbook.Key, 1)
	_, err := l.Keys([]int{i}, keys)
	require.NoError(t, err)
	n, _, err := l.Record(logbook.Entry{Lo: i, Keys: keys, Values: []int{value}, Attempts: 1})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// known are the values of the inputs 0 to n that are.
func (l *log) known(t testing.TB, n int) map[int]int {
	t.Helper()
	all := map[int]int{}
	inputs := make([]int, n)
	for i := range inputs {
		inputs[i] = i
	}
	require.NoError(t, l.Resume(t.Context(), n, func(lo, hi int) any { return inputs[lo:hi] }, func(i int) { all[i] = -1 }))
	for i := range all {
		values := make([]int, 1)
		plain, fate, err := l.Recall(i, 1, values)
		require.NoError(t, err)
		require.Equal(t, 1, plain, "%+v", fate)
		all[i] = values[0]
	}
	return all
}

// requireKept is what the next life finds of three inputs.
func requireKept(t testing.TB, nc *nats.Conn, want map[int]int) {
	t.Helper()
	l := begun(t, nc, false)
	require.Equal(t, want, l.known(t, 3))
	require.NoError(t, l.Close())
}

// TestFence: whoever has lost the lease without knowing it writes nothing behind the beginning of another's life, and learns
// who that is.
func TestFence(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	first := begun(t, nc, false)
	first.put(t, 0, 10)
	require.NoError(t, first.Commit())
	first.takeAway(t)
	second := begun(t, nc, false)
	require.Equal(t, map[int]int{0: 10}, second.known(t, 3))
	first.put(t, 1, 11)
	err := first.Commit()
	var failed *mapper.JournalError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, errEnded)
	var locked *mapper.LockedError
	require.ErrorAs(t, err, &locked)
	second.put(t, 2, 12)
	require.NoError(t, second.Commit())
	require.NoError(t, first.Close())
	require.NoError(t, second.Close())
	requireKept(t, nc, map[int]int{0: 10, 2: 12})
}

// TestLostAnswers: what is in the stream and was not acknowledged is not there twice, and others behind it are.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	l := begun(t, nc, false)
	before := l.writer.last
	l.put(t, 0, 10)
	l.writer.send()
	l.put(t, 1, 11)
	l.writer.send()
	require.Len(t, l.writer.flight, 2)
	<-l.writer.flight[0].ack.Ok() // and nobody has heard it
	l.writer.flight[0].err = nats.ErrTimeout
	l.writer.flight[1].err = nats.ErrTimeout
	require.NoError(t, l.Commit())
	require.Equal(t, before+2, l.writer.last)
	require.NoError(t, l.Close())
	requireKept(t, nc, map[int]int{0: 10, 1: 11})
}

// TestLostMessage: one that never came is sent again, and so are those behind it, which the server has refused.
func TestLostMessage(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	l := begun(t, nc, false)
	l.put(t, 0, 10)
	l.writer.flight = append(l.writer.flight, &sent{data: seal(l.writer.one), id: "lost", behind: l.writer.last, err: nats.ErrTimeout})
	l.writer.one = nil
	l.put(t, 1, 11)
	require.NoError(t, l.Commit())
	require.NoError(t, l.Close())
	requireKept(t, nc, map[int]int{0: 10, 1: 11})
}

// TestLives: crashes, and what was begun or returned, outlive a life.
func TestLives(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	l := begun(t, nc, true)
	keys := make([]logbook.Key, 3)
	_, err := l.Keys([]int{0, 1, 2}, keys)
	require.NoError(t, err)
	held := logbook.Crashes{Crashes: 2, Strikes: 1}
	require.NoError(t, l.Crashed(keys[0], held))
	require.NoError(t, l.Begin(0, keys))
	require.NoError(t, l.Return(2, keys[2:]))
	require.NoError(t, l.Commit())
	require.NoError(t, l.Close())
	l = begun(t, nc, true)
	require.True(t, l.Struck())
	c, ok := l.Crashes(keys[0])
	require.True(t, ok)
	require.Equal(t, held, c)
	known := map[int]bool{}
	require.NoError(t, l.Resume(t.Context(), 3, func(lo, hi int) any { return []int{0, 1, 2}[lo:hi] }, func(i int) { known[i] = true }))
	require.Equal(t, map[int]bool{0: true, 1: true}, known)
	plain, fate, err := l.Recall(0, 2, make([]int, 2))
	require.NoError(t, err)
	require.Zero(t, plain)
	require.ErrorIs(t, fate.Err, mapper.ErrInterrupted)
	require.NoError(t, l.Close())
}

// TestForeignStream: a stream of somebody else's, and one of a newer format, are refused as they are.
func TestForeignStream(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	defer js.CleanupPublisher()
	open := func(run string) error { // which waits for nothing: what is there is not what it is to be
		cfg := Config{Place: Place{JetStream: js, Run: run, Wait: time.Hour, Refused: nobody}, Life: t.Context(), Lease: time.Second, Replicas: 1}
		_, err := Open(t.Context(), cfg, logbook.About{In: reflect.TypeFor[int](), Out: reflect.TypeFor[int]()})
		return err
	}
	var format *mapper.FormatError
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: Name("b"), Subjects: []string{"mine"}})
	require.NoError(t, err)
	require.ErrorAs(t, open("b"), &format)
	require.Zero(t, format.Format)
	l := begun(t, nc, false)
	_, err = js.Publish(t.Context(), subjectOf("a"), (&life{Format: 99}).message())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.ErrorAs(t, open("a"), &format)
	require.Equal(t, 99, format.Format)
}

// TestLapsed: a lease that nobody renews is taken over, and no sooner than its owner has said.
func TestLapsed(t *testing.T) {
	t.Parallel()
	nc := connected(t)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	defer js.CleanupPublisher()
	kv, err := leases(t.Context(), js, 1)
	require.NoError(t, err)
	gone := lease{mine: holder{Life: "gone", PID: 7, Time: 300 * time.Millisecond}}
	_, err = kv.Create(t.Context(), "a", gone.value())
	require.NoError(t, err)
	began := time.Now()
	l, err := hold(t.Context(), kv, "a", "path", holder{Life: "mine", Time: 100 * time.Millisecond}, forLong(time.Minute))
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond, "what its owner said")
	_, err = hold(t.Context(), kv, "a", "path", holder{Life: "another's", Time: 100 * time.Millisecond}, forLong(time.Minute))
	var locked *mapper.LockedError
	require.ErrorAs(t, err, &locked)
	_, err = kv.Put(t.Context(), "a", gone.value()) // as if it had been taken over
	require.NoError(t, err)
	require.Eventually(t, func() bool { return l.isLost() != nil }, time.Minute, time.Millisecond)
	require.ErrorAs(t, l.isLost(), &locked)
	require.Equal(t, 7, locked.PID)
	l.release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = hold(ctx, kv, "a", "path", holder{Life: "late", Time: time.Hour}, forLong(time.Minute))
	require.ErrorIs(t, err, context.Canceled)
}
