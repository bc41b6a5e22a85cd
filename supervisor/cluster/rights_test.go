package cluster_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/runtimes"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// join is a connection of a user, which is closed with the test.
func join(t *testing.T, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, append(opts, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))...)
	require.NoError(t, err)
	t.Cleanup(func() {
		closed := make(chan struct{})
		nc.SetClosedHandler(func(*nats.Conn) { close(closed) })
		nc.Close()
		<-closed
	})
	return nc
}

// as is the user of a seed.
func as(t *testing.T, seed string) nats.Option {
	t.Helper()
	opt, err := nats.NkeyOptionFromSeed(seed)
	require.NoError(t, err)
	return opt
}

// work serves in this process until the test ends, as the user of that seed.
func work(t *testing.T, opts cluster.WorkerOptions) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- cluster.Serve(ctx, opts) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
}

// TestRights: each user may do with each subject what its part takes, and nothing else.
func TestRights(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	url, _ := start(t, u.rights(t), nil)
	for user, seed := range map[string]string{"worker": u.seedOfWorker, "caller": u.seedOfCaller} {
		allowed := func(do func(*nats.Conn) error) bool {
			nc := join(t, url, as(t, seed))
			require.NoError(t, do(nc))
			require.NoError(t, nc.Flush())
			return nc.LastError() == nil
		}
		publish := func(subject string) bool {
			return allowed(func(nc *nats.Conn) error { return nc.Publish(subject, nil) })
		}
		subscribe := func(subject string) bool {
			return allowed(func(nc *nats.Conn) error {
				_, err := nc.SubscribeSync(subject)
				return err
			})
		}
		for _, s := range cluster.Subjects(cluster.NewToken(), cluster.NewToken(), cluster.NewToken()) {
			require.Equal(t, s.From == user, publish(s.Name), "%s publishes to %s", user, s.Name)
			require.Equal(t, s.To == user, subscribe(s.Name), "%s listens to %s", user, s.Name)
		}
		for _, other := range []string{"ls.other", "_INBOX.a", "$SYS.REQ.SERVER.PING", "$JS.API.INFO", "else"} {
			require.False(t, publish(other), "%s publishes to %s", user, other)
		}
		for _, other := range []string{">", "ls.>", "_INBOX.>", "$SYS.>", "*.hello", "ls.*.>"} {
			require.False(t, subscribe(other), "%s listens to %s", user, other)
		}
	}
}

// TestRightsSuite: with these rights all works that works anywhere, and nobody tries what he must not.
func TestRightsSuite(t *testing.T) {
	t.Parallel()
	runtimes.Run(t, runtimes.Place{Name: "cluster with rights", Make: func(t *testing.T, env ...string) supervisor.Runtime {
		u := newUsers(t)
		url, said := start(t, u.rights(t), nil)
		t.Cleanup(func() { require.Empty(t, said.violations()) })
		r := open(t, cluster.Options{URL: url, Creds: u.seedOfCaller, Lost: patience})
		require.NoError(t, spawn(t, append(env, workerOf+"="+url, credsOf+"="+u.seedOfWorker, slotsOf+"=1000")...).Start())
		return r
	}})
}

// TestRefused: who is not what he says he is hears so at once.
func TestRefused(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	_, stranger := newUser(t, 0o600)
	url, _ := start(t, u.rights(t), nil)
	refused := func(err, cause error) {
		t.Helper()
		require.ErrorIs(t, err, cluster.ErrRefused)
		require.ErrorIs(t, err, cause)
		typed, ok := errors.AsType[*cluster.RefusedError](err)
		require.True(t, ok)
		require.Equal(t, url, typed.URL)
	}
	for seed, cause := range map[string]error{
		"": nats.ErrAuthorization, stranger: nats.ErrAuthorization, u.seedOfCaller: nats.ErrPermissionViolation,
	} {
		refused(cluster.Serve(t.Context(), cluster.WorkerOptions{URL: url, Creds: seed}), cause)
	}
	for seed, cause := range map[string]error{
		"": nats.ErrAuthorization, stranger: nats.ErrAuthorization, u.seedOfWorker: nats.ErrPermissionViolation,
	} {
		_, err := mapper.Collect(bounded(t), square, ints(3), mapper.Options{Runtime: open(t, cluster.Options{URL: url, Creds: seed})})
		refused(err, cause)
		require.ErrorIs(t, err, supervisor.ErrFatalStart)
	}
}

// TestRefusedLater: a server that was not there, and then refuses, ends a worker and a run, too.
func TestRefusedLater(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	url, _ := start(t, u.rights(t), nil)
	door := between(t, func() string { return strings.TrimPrefix(url, "nats://") })
	door.sever()
	served := make(chan error, 1)
	go func() { served <- cluster.Serve(t.Context(), cluster.WorkerOptions{URL: door.url()}) }()
	var runs []*mapper.Run[int, int]
	for _, seed := range []string{"", u.seedOfWorker} {
		run, err := mapper.Start(bounded(t), square, slices.Values(ints(3)), mapper.Options{
			Runtime: open(t, cluster.Options{URL: door.url(), Creds: seed, Grace: -1}),
		})
		require.NoError(t, err)
		runs = append(runs, run)
	}
	door.mend()
	for _, run := range runs {
		require.ErrorIs(t, run.Wait(), cluster.ErrRefused)
	}
	require.ErrorIs(t, <-served, cluster.ErrRefused)
}

// TestForeign: a caller that listens to all that its user may hear cannot send into a lease of another one, and says nothing
// that another takes for a worker's.
func TestForeign(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	url, said := start(t, u.rights(t), nil)
	work(t, cluster.WorkerOptions{URL: url, Creds: u.seedOfWorker, Slots: slots})
	r := open(t, cluster.Options{URL: url, Creds: u.seedOfCaller})
	require.Eventually(t, func() bool { return len(r.Machines()) == 1 }, patience, tick)
	worker := r.Machines()[0].ID

	foreign := join(t, url, as(t, u.seedOfCaller))
	var leases atomic.Int64
	for _, subject := range []string{"ls.caller.*.*", "ls.wish", "ls.pulse.*.*", "ls.hello"} {
		_, err := foreign.Subscribe(subject, func(m *nats.Msg) {
			if rest, ok := strings.CutPrefix(m.Subject, "ls.caller."); ok && !strings.HasSuffix(rest, ".alive") {
				leases.Add(1)
				_ = foreign.Publish("ls.lease."+worker+"."+rest, cluster.Destroy())
			}
		})
		require.NoError(t, err)
	}
	require.NoError(t, foreign.Flush())
	dir := t.TempDir()
	run, err := mapper.Start(bounded(t), toil, slices.Values(jobs(200, dir, false)), mapper.Options{Runtime: r, CrashLimit: 1})
	require.NoError(t, err)
	finish(t, run, dir)
	require.Zero(t, run.Stats().Pool.Lost)
	require.Empty(t, said.violations())
	require.Positive(t, leases.Load())

	liar := join(t, url, as(t, u.seedOfCaller))
	require.NoError(t, liar.Publish("ls.hello", cluster.Hello(cluster.NewToken())))
	require.NoError(t, liar.Flush())
	require.ErrorIs(t, liar.LastError(), nats.ErrPermissionViolation)
	_, err = mapper.Collect(bounded(t), square, ints(3), mapper.Options{Runtime: r})
	require.NoError(t, err)
	require.Len(t, r.Machines(), 1)
}

// TestAccounts: users of another account of the server have a fleet of their own.
func TestAccounts(t *testing.T) {
	t.Parallel()
	u := newUsers(t)
	other, seed := newUser(t, 0o600)
	url, _ := start(t, u.rights(t), func(o *server.Options) {
		mine, others := server.NewAccount("mine"), server.NewAccount("others")
		o.Accounts = []*server.Account{mine, others}
		for _, n := range o.Nkeys {
			n.Account = mine
		}
		o.Nkeys = append(o.Nkeys, &server.NkeyUser{Nkey: other, Account: others})
	})
	work(t, cluster.WorkerOptions{URL: url, Creds: u.seedOfWorker, Slots: slots})
	r := open(t, cluster.Options{URL: url, Creds: u.seedOfCaller})
	require.Eventually(t, func() bool { return len(r.Machines()) == 1 }, patience, tick)
	stranger := join(t, url, as(t, seed))
	heard, err := stranger.SubscribeSync(">")
	require.NoError(t, err)
	require.NoError(t, stranger.Flush())
	_, err = mapper.Collect(bounded(t), square, ints(100), mapper.Options{Runtime: r})
	require.NoError(t, err)
	require.NoError(t, stranger.Flush())
	n, _, err := heard.Pending()
	require.NoError(t, err)
	require.Zero(t, n)
}
