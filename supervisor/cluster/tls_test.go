package cluster_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	var err error
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return a
}

// pool trusts it.
func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// sign makes a certificate for loopback.
func (a *authority) sign() tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "one"}, NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, key.Public(), a.key)
	require.NoError(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// encrypted starts a server whose certificate is signed by a.
func encrypted(t *testing.T, a *authority, change func(*tls.Config)) (url string) {
	t.Helper()
	url, _ = start(t, "debug: false", func(o *server.Options) {
		o.TLS, o.TLSTimeout = true, patience.Seconds()
		o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{a.sign()}, ClientCAs: a.pool(), MinVersion: tls.VersionTLS12}
		if change != nil {
			change(o.TLSConfig)
		}
	})
	return "tls://" + url[len("tls://"):]
}

// TestTLS: a fleet over TLS 1.3, whose server may ask for certificates of its users.
func TestTLS(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]tls.ClientAuthType{
		"without a certificate": tls.NoClientCert, "with a certificate": tls.RequireAndVerifyClientCert,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t)
			seen := make(chan uint16, 2)
			url := encrypted(t, a, func(c *tls.Config) {
				c.ClientAuth = ask
				c.VerifyConnection = func(s tls.ConnectionState) error {
					seen <- s.Version
					return nil
				}
			})
			cfg := &tls.Config{RootCAs: a.pool()}
			if ask != tls.NoClientCert {
				err := cluster.Serve(t.Context(), cluster.WorkerOptions{URL: url, TLS: cfg})
				require.ErrorIs(t, err, cluster.ErrRefused)
				require.Regexp(t, "certificate required|closed by remote after TLS handshake", err)
				cfg.Certificates = []tls.Certificate{a.sign()}
			}
			work(t, cluster.WorkerOptions{URL: url, TLS: cfg, Slots: slots})
			out, err := mapper.Collect(bounded(t), square, ints(1000), mapper.Options{
				Runtime: open(t, cluster.Options{URL: url, TLS: cfg}), CrashLimit: 1,
			})
			require.NoError(t, err)
			require.Equal(t, 999*999, out[999])
			require.EqualValues(t, tls.VersionTLS13, <-seen)
			require.EqualValues(t, tls.VersionTLS13, <-seen)
			require.Zero(t, cfg.MinVersion, "the caller's own")
		})
	}
}

// TestUntrusted: who cannot be trusted is refused at once, and the error says why.
func TestUntrusted(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	old := func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }
	plain, _ := start(t, "debug: false", nil)
	for name, c := range map[string]struct {
		url  string
		cfg  *tls.Config
		want string
	}{
		"another authority":        {encrypted(t, a, nil), &tls.Config{RootCAs: other.pool()}, "unknown authority"},
		"no authority":             {encrypted(t, a, nil), nil, "unknown authority"},
		"another name":             {encrypted(t, a, nil), &tls.Config{RootCAs: a.pool(), ServerName: "b"}, "not b"},
		"TLS 1.2":                  {encrypted(t, a, old), &tls.Config{RootCAs: a.pool()}, "protocol version not supported"},
		"TLS 1.2, asked for":       {encrypted(t, a, old), &tls.Config{RootCAs: a.pool(), MinVersion: tls.VersionTLS12}, "protocol version not supported"},
		"a server without TLS":     {plain, &tls.Config{RootCAs: a.pool()}, "secure connection not available"},
		"tls of one without":       {"tls" + plain[len("nats"):], nil, "secure connection not available"},
		"plain to a server of TLS": {"nats" + encrypted(t, a, nil)[len("tls"):], nil, "unknown authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := cluster.Serve(t.Context(), cluster.WorkerOptions{URL: c.url, TLS: c.cfg})
			require.ErrorIs(t, err, cluster.ErrRefused)
			require.ErrorContains(t, err, c.want)
			_, err = mapper.Collect(bounded(t), square, ints(3), mapper.Options{Runtime: open(t, cluster.Options{URL: c.url, TLS: c.cfg})})
			require.ErrorIs(t, err, cluster.ErrRefused)
			require.ErrorIs(t, err, supervisor.ErrFatalStart)
			typed, ok := errors.AsType[*cluster.RefusedError](err)
			require.True(t, ok)
			require.Equal(t, c.url, typed.URL)
			require.ErrorContains(t, typed, c.want)
		})
	}
}

// TestUntrustedLater: a server that was not there yet, and is not to be trusted, is refused, too.
func TestUntrustedLater(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	url, cfg := "tls://"+l.Addr().String(), &tls.Config{RootCAs: newAuthority(t).pool()}
	served := make(chan error, 1)
	go func() { served <- cluster.Serve(t.Context(), cluster.WorkerOptions{URL: url, TLS: cfg}) }()
	run, err := mapper.Start(bounded(t), square, slices.Values(ints(3)), mapper.Options{
		Runtime: open(t, cluster.Options{URL: url, TLS: cfg, Grace: -1}),
	})
	require.NoError(t, err)
	start(t, "debug: false", func(o *server.Options) {
		o.Port, o.TLSConfig = l.Addr().(*net.TCPAddr).Port, &tls.Config{Certificates: []tls.Certificate{newAuthority(t).sign()}}
	})
	require.ErrorIs(t, run.Wait(), cluster.ErrRefused)
	require.ErrorIs(t, <-served, cluster.ErrRefused)
}

// TestOldTLS: a configuration that excludes TLS 1.3 is not valid.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	cfg := &tls.Config{MaxVersion: tls.VersionTLS12}
	for _, err := range []error{
		cluster.Options{URL: "tls://a", TLS: cfg}.Validate(), cluster.WorkerOptions{URL: "tls://a", TLS: cfg}.Validate(),
	} {
		invalid, ok := errors.AsType[*policy.InvalidError](err)
		require.True(t, ok)
		require.Equal(t, "TLS", invalid.Field)
	}
}
