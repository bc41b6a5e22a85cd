package cluster_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// TestReadJournalRefuses: what is no journal, or none yet, is told apart.
func TestReadJournalRefuses(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	read := func(run string) error {
		r, err := s.fleet.ReadJournal(bounded(t), run)
		require.Nil(t, r)
		return err
	}
	var invalid *policy.InvalidError
	require.ErrorAs(t, read("a.b"), &invalid)
	require.Equal(t, "run", invalid.Field)
	var failed *mapper.JournalError
	require.ErrorAs(t, read("none"), &failed)
	require.ErrorIs(t, failed, fs.ErrNotExist)
	require.ErrorIs(t, failed, jetstream.ErrStreamNotFound)
	require.Equal(t, []string{"read", "jetstream:LONGSHORE_none"}, []string{failed.Op, failed.Path})
	_, err := s.jetStream().CreateStream(t.Context(), jetstream.StreamConfig{Name: "LONGSHORE_foreign", Subjects: []string{"else"}})
	require.NoError(t, err)
	var format *mapper.FormatError
	require.ErrorAs(t, read("foreign"), &format)

	without := newSite(t, cluster.Options{})
	_, err = without.fleet.ReadJournal(bounded(t), "a")
	require.ErrorIs(t, err, jetstream.ErrJetStreamNotEnabled)
	inside := cluster.New(cluster.Options{})
	t.Cleanup(func() { require.NoError(t, inside.Close()) })
	_, err = inside.ReadJournal(bounded(t), "a")
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "Store", invalid.Field)
}

// TestReadJournalDamaged: what is damaged is counted and told of, and all else is there. The page of a stream says nothing of deaths.
func TestReadJournalDamaged(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	_, err := mapper.Collect(bounded(t), plus, []int{1, 2, 3}, mapper.Options{Journal: s.fleet.Journal("batch", cluster.JournalOptions{Version: "v7"})})
	require.NoError(t, err)
	js := s.jetStream()
	stream, err := js.Stream(t.Context(), streamName)
	require.NoError(t, err)
	whole, err := stream.GetMsg(t.Context(), stream.CachedInfo().State.LastSeq)
	require.NoError(t, err)
	for _, data := range [][]byte{[]byte("hello"), whole.Data[:len(whole.Data)-1]} { // the first is nobody's: it is skipped
		_, err := js.Publish(t.Context(), "ls.journal.batch", data)
		require.NoError(t, err)
	}
	r, err := s.fleet.ReadJournal(bounded(t), "batch")
	require.NoError(t, err)
	require.Equal(t, recorded.Stats{Succeeded: 3, Damaged: 1}, r.Stats())
	require.Zero(t, r.Prefix(), "which rows it had nobody knows")
	var text bytes.Buffer
	var failed *mapper.JournalError
	require.ErrorAs(t, r.Export(&text, recorded.JSONLines), &failed)
	require.Equal(t, 3, bytes.Count(text.Bytes(), []byte("\n")))

	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	page := answer.Body.String()
	require.Contains(t, page, "jetstream:"+streamName)
	require.Contains(t, page, "<dt>Stream</dt>")
	require.Contains(t, page, "<dd><bdi>v7</bdi></dd>")
	require.NotContains(t, page, "Deaths of the process")
}

// TestReadJournalEnds: a reading ends with its context, with the runtime, and with the stream.
func TestReadJournalEnds(t *testing.T) {
	t.Parallel()
	s := newDepot(t, cluster.Options{})
	_, err := mapper.Collect(bounded(t), plus, []int{1, 2, 3}, mapper.Options{Journal: s.fleet.Journal("batch", cluster.JournalOptions{})})
	require.NoError(t, err)
	r, err := s.fleet.ReadJournal(bounded(t), "batch")
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(context.DeadlineExceeded)
	_, err = r.Report(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = s.fleet.ReadJournal(ctx, "batch")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	require.NoError(t, s.jetStream().DeleteStream(t.Context(), streamName))
	_, err = r.Report(bounded(t))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, s.fleet.Close())
	var failed *mapper.JournalError
	_, err = r.Report(bounded(t))
	require.ErrorAs(t, err, &failed)
	_, err = s.fleet.ReadJournal(bounded(t), "batch")
	require.ErrorAs(t, err, &failed)
}
