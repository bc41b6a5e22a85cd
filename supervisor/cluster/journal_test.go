package cluster_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// kept is a journal that needs no end.
type kept struct{ mapper.Journal }

func (kept) Close() error { return nil }

// keeping is a runtime with a server inside, whose journals are in a directory of the test.
func keeping(t testing.TB, o cluster.Options) *cluster.Runtime {
	t.Helper()
	if o.URL == "" && o.Store == "" {
		o.Store = t.TempDir()
	}
	r := cluster.New(o)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return r
}

// TestJournals runs what every journal must pass.
func TestJournals(t *testing.T) {
	t.Parallel()
	r := keeping(t, cluster.Options{})
	var n atomic.Int64
	journals.Run(t, journals.Place{
		Name: func(testing.TB) string { return fmt.Sprintf("run-%d", n.Add(1)) },
		Open: func(_ testing.TB, name string, o journals.Options) journals.Journal {
			return kept{r.Journal(name, cluster.JournalOptions{KeepFailed: o.KeepFailed, FreshOnly: o.FreshOnly, Redact: o.Redact})}
		},
		Read: func(t testing.TB, name string) *recorded.Reader {
			j, err := r.ReadJournal(t.Context(), name)
			require.NoError(t, err)
			return j
		},
	})
}

func plus(_ context.Context, n int) (int, error) { return n + 1, nil }

// TestJournalOptions names what is wrong.
func TestJournalOptions(t *testing.T) {
	t.Parallel()
	r := keeping(t, cluster.Options{})
	none := cluster.New(cluster.Options{})
	t.Cleanup(func() { require.NoError(t, none.Close()) })
	for field, j := range map[string]mapper.Journal{
		"run":      r.Journal("a.b", cluster.JournalOptions{}),
		"Store":    none.Journal("a", cluster.JournalOptions{}),
		"Replicas": r.Journal("a", cluster.JournalOptions{Replicas: -1}),
		"MaxBytes": r.Journal("a", cluster.JournalOptions{MaxBytes: -1}),
		"Wait":     r.Journal("a", cluster.JournalOptions{Wait: -1}),
	} {
		_, err := mapper.Collect(t.Context(), plus, []int{1}, mapper.Options{Journal: j})
		var invalid *policy.InvalidError
		require.ErrorAs(t, err, &invalid, field)
		require.Equal(t, field, invalid.Field)
	}
	var invalid *policy.InvalidError
	require.ErrorAs(t, cluster.Options{Store: "a", URL: "nats://localhost"}.Validate(), &invalid)
	require.Equal(t, "Store", invalid.Field)
}

// TestJournalMismatch: a journal is for one run, with its types and its version.
func TestJournalMismatch(t *testing.T) {
	t.Parallel()
	r := keeping(t, cluster.Options{})
	inputs := []int{1, 2, 3}
	collect := func(o cluster.JournalOptions) error {
		_, err := mapper.Collect(t.Context(), plus, inputs, mapper.Options{Journal: r.Journal("a", o)})
		return err
	}
	require.NoError(t, collect(cluster.JournalOptions{Version: "1"}))
	var mismatch *mapper.MismatchError
	require.ErrorAs(t, collect(cluster.JournalOptions{Version: "2"}), &mismatch)
	require.Equal(t, "Version", mismatch.Field)
	require.Equal(t, "1", mismatch.Recorded)
	require.NoError(t, collect(cluster.JournalOptions{}), "no check")
	require.NoError(t, collect(cluster.JournalOptions{Version: "2", Adopt: true}))
	require.ErrorAs(t, collect(cluster.JournalOptions{Version: "1"}), &mismatch)
	_, err := mapper.Collect(t.Context(), func(_ context.Context, n int) (string, error) { return "", nil }, inputs,
		mapper.Options{Journal: r.Journal("a", cluster.JournalOptions{})})
	require.ErrorAs(t, err, &mismatch)
	require.Equal(t, "Out", mismatch.Field)
}

// TestJournalLocked: a second owner is told who has it, and one that waits for the end of the first has it then.
func TestJournalLocked(t *testing.T) {
	t.Parallel()
	r := keeping(t, cluster.Options{Lost: time.Second})
	begun, goOn := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		_, err := mapper.Collect(t.Context(), func(context.Context, int) (int, error) {
			close(begun)
			<-goOn
			return 2, nil
		}, []int{1}, mapper.Options{Journal: r.Journal("a", cluster.JournalOptions{})})
		first <- err
	}()
	<-begun
	second := func() error {
		_, err := mapper.Collect(t.Context(), plus, []int{1}, mapper.Options{Journal: r.Journal("a", cluster.JournalOptions{})})
		return err
	}
	var locked *mapper.LockedError
	require.ErrorAs(t, second(), &locked)
	host, err := os.Hostname()
	require.NoError(t, err)
	require.Equal(t, []any{os.Getpid(), host}, []any{locked.PID, locked.Host})
	require.WithinDuration(t, time.Now(), locked.Since, time.Minute)
	close(goOn)
	require.NoError(t, <-first)
	require.NoError(t, second())
}

// TestStoreLocked: two servers would destroy each other's journals.
func TestStoreLocked(t *testing.T) {
	t.Parallel()
	store := t.TempDir()
	r := keeping(t, cluster.Options{Store: store})
	_, err := mapper.Collect(t.Context(), plus, []int{1}, mapper.Options{Journal: r.Journal("a", cluster.JournalOptions{})})
	require.NoError(t, err)
	other := keeping(t, cluster.Options{Store: store})
	_, err = mapper.Collect(t.Context(), plus, []int{1}, mapper.Options{Journal: other.Journal("a", cluster.JournalOptions{})})
	var invalid *policy.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "Store", invalid.Field)
	require.NoError(t, r.Close())
	_, err = mapper.Collect(t.Context(), plus, []int{1}, mapper.Options{Journal: other.Journal("a", cluster.JournalOptions{})})
	require.NoError(t, err)
}

// TestJournalLeaseLost: an owner whose lease is another's ends its run, also while nothing comes to an end.
func TestJournalLeaseLost(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{Lost: time.Second})
	begun := make(chan struct{})
	over := make(chan error, 1)
	go func() {
		_, err := mapper.Collect(bounded(t), func(ctx context.Context, _ int) (int, error) {
			close(begun)
			<-ctx.Done() // which is the end of the run
			return 0, ctx.Err()
		}, []int{1}, mapper.Options{Journal: s.fleet.Journal("batch", cluster.JournalOptions{})})
		over <- err
	}()
	<-begun
	kv, err := s.jetStream().KeyValue(t.Context(), "longshore-leases")
	require.NoError(t, err)
	_, err = kv.Put(t.Context(), "batch", []byte(`{"life":"another","pid":7,"host":"there"}`))
	require.NoError(t, err)
	err = <-over
	var failed *mapper.JournalError
	require.ErrorAs(t, err, &failed)
	var locked *mapper.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, 7, locked.PID)
}

// TestJournalCancelled: whoever cancels a run does not wait long for a server that is gone.
func TestJournalCancelled(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	ctx, cancel := context.WithCancel(bounded(t))
	defer cancel()
	_, err := mapper.Collect(ctx, func(_ context.Context, n int) (int, error) {
		if n == 2 {
			require.NoError(t, s.server.Process.Kill())
			cancel()
		}
		return n, nil
	}, []int{1, 2}, mapper.Options{Containers: 1, Journal: s.fleet.Journal("batch", cluster.JournalOptions{Wait: time.Hour})})
	require.ErrorContains(t, err, "no answer within 5s", "a journal that fails is said, whatever else has ended the run")
}

// TestJournalLongValue: a value has to fit into a message of the server. One that does not fails its input, and no other.
func TestJournalLongValue(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	lengths := []int{1, 300_000, 1<<20 - 1<<10, 1<<20 - 1<<10 + 1, 4 << 20, 2, 600_000, 3}
	calls := 0
	for range 2 {
		calls = 0
		for res := range mapper.Map(bounded(t), func(_ context.Context, n int) ([]byte, error) {
			calls++
			return bytes.Repeat([]byte{byte(n)}, n), nil
		}, lengths, mapper.Options{Journal: s.fleet.Journal("batch", cluster.JournalOptions{}), Containers: 1, ReturnExceptions: true}) {
			if res.Input > 1<<20-1<<10 {
				var bad *mapper.EncodingError
				require.ErrorAs(t, res.Err, &bad)
				require.Contains(t, bad.Reason, "1047552 bytes")
				continue
			}
			require.NoError(t, res.Err)
			require.True(t, bytes.Equal(bytes.Repeat([]byte{byte(res.Input)}, res.Input), res.Value), "%d bytes", res.Input)
		}
	}
	require.Equal(t, 2, calls, "what could not be recorded")
}
