package cluster_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// files writes a certificate into a directory, with the names that Kubernetes uses.
func (a *authority) files(dir string) {
	a.t.Helper()
	one := a.sign()
	key, err := x509.MarshalPKCS8PrivateKey(one.PrivateKey)
	require.NoError(a.t, err)
	for name, block := range map[string]*pem.Block{
		"ca.crt": {Type: "CERTIFICATE", Bytes: a.cert.Raw}, "tls.crt": {Type: "CERTIFICATE", Bytes: one.Certificate[0]},
		"tls.key": {Type: "PRIVATE KEY", Bytes: key},
	} {
		require.NoError(a.t, os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600))
	}
}

// deployed starts a server with deploy/nats.conf, of which only the addresses and the folder of certificates are changed.
func deployed(t *testing.T, a *authority, u users, name, route string) (at string, s *server.Server) {
	t.Helper()
	dir := t.TempDir()
	a.files(dir)
	conf, err := os.ReadFile("deploy/nats.conf")
	require.NoError(t, err)
	text := fmt.Sprintf("SERVER_NAME: %q\n%s", name, strings.ReplaceAll(string(conf), "/etc/nats/tls", dir))
	for file, text := range map[string]string{"nats.conf": text, "rights.conf": u.rights(t)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	opts, err := server.ProcessConfigFile(filepath.Join(dir, "nats.conf"))
	require.NoError(t, err)
	require.Len(t, opts.Routes, 3)
	require.Equal(t, name, opts.ServerName)
	opts.Host, opts.Port, opts.HTTPPort, opts.Cluster.Host, opts.Cluster.Port, opts.Routes = "127.0.0.1", -1, -1, "127.0.0.1", -1, nil
	opts.NoSigs, opts.NoLog = true, true
	if route != "" {
		u, err := url.Parse(route)
		require.NoError(t, err)
		opts.Routes = []*url.URL{u}
	}
	s, err = server.NewServer(opts)
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	require.True(t, s.ReadyForConnections(patience))
	return s.ClientURL(), s
}

// TestDeployed: three servers as they are deployed, with their users and certificates, are one, and the end of one of them
// costs nothing.
func TestDeployed(t *testing.T) {
	t.Parallel()
	u, a := newUsers(t), newAuthority(t)
	var urls []string
	var servers []*server.Server
	route := ""
	for i := range 3 {
		at, s := deployed(t, a, u, fmt.Sprintf("nats-%d", i), route)
		urls, servers = append(urls, at), append(servers, s)
		route = "nats://" + servers[0].ClusterAddr().String()
	}
	for _, s := range servers {
		require.Eventually(t, func() bool { return s.NumRoutes() > 0 && s.ClusterName() == "fleet" }, patience, tick)
	}
	cfg := &tls.Config{RootCAs: a.pool()}
	require.ErrorIs(t, cluster.Serve(t.Context(), cluster.WorkerOptions{URL: urls[0], TLS: cfg}), cluster.ErrRefused)
	for i := range 2 { // each on a server of its own
		all := slices.Concat(urls[i:i+1], urls[2:])
		work(t, cluster.WorkerOptions{URL: strings.Join(all, ","), TLS: cfg, Creds: u.seedOfWorker, Slots: slots})
	}
	r := open(t, cluster.Options{URL: urls[2], TLS: cfg, Creds: u.seedOfCaller})
	require.Eventually(t, func() bool { return len(r.Machines()) == 2 }, patience, tick)
	dir := t.TempDir()
	run, err := mapper.Start(bounded(t), toil, slices.Values(jobs(1000, dir, false)), mapper.Options{Runtime: r, CrashLimit: 1})
	require.NoError(t, err)
	n := 0
	for res := range run.All() {
		require.NoError(t, res.Err)
		require.Equal(t, res.Index*res.Index, res.Value)
		if n++; n == 300 {
			servers[0].Shutdown()
		}
	}
	require.NoError(t, run.Wait())
	require.Equal(t, 1000, n)
	require.Zero(t, run.Stats().Pool.Crashes)
	for i, times := range begun(t, dir) {
		require.Equal(t, 1, times, "input %d", i)
	}
}
