package cluster_test

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// TestJournalRights: a caller with these rights keeps journals, and tries nothing that it must not.
func TestJournalRights(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	url, said := start(t, u.of(t, "journal.conf"), func(o *server.Options) { o.StoreDir = t.TempDir() })
	work(t, cluster.WorkerOptions{URL: url, Creds: u.seedOfWorker, Slots: slots})
	r := recording{Dir: t.TempDir(), N: 300, Fleet: true}
	for range 2 {
		require.NoError(t, r.run(bounded(t), open(t, cluster.Options{URL: url, Creds: u.seedOfCaller})))
	}
	for i, times := range begun(t, r.Dir) {
		require.Equal(t, 1, times, "input %d", i)
	}
	require.Len(t, lines(r.Dir, "delivered"), 2*r.N)
	reader, err := open(t, cluster.Options{URL: url, Creds: u.seedOfCaller}).ReadJournal(bounded(t), strings.TrimPrefix(streamName, "LONGSHORE_"))
	require.NoError(t, err)
	require.Equal(t, recorded.Stats{Succeeded: r.N}, reader.Stats())
	require.Empty(t, said.violations())

	caller := join(t, url, as(t, u.seedOfCaller))
	for _, subject := range []string{"$JS.API.STREAM.DELETE." + streamName, "$JS.API.STREAM.PURGE." + streamName, "$JS.API.STREAM.MSG.DELETE." + streamName} {
		require.NoError(t, caller.Publish(subject, nil))
		require.NoError(t, caller.Flush())
		require.ErrorContains(t, caller.LastError(), subject)
	}
}

// TestJournalRefused: a user without these rights is told so.
func TestJournalRefused(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	url, _ := start(t, u.rights(t), nil)
	r := open(t, cluster.Options{URL: url, Creds: u.seedOfCaller})
	_, err := mapper.Collect(bounded(t), plus, []int{1}, mapper.Options{Journal: r.Journal("a", cluster.JournalOptions{})})
	var failed *mapper.JournalError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, cluster.ErrRefused)
	_, err = r.ReadJournal(bounded(t), "a")
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, cluster.ErrRefused)
}
