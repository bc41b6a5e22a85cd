package dashboard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
)

func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	d := over(newShelf(), Options{})
	defer d.Close()
	address, stop := serving(t, d)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	res, err := client.Get(address + "/runs/1")
	require.NoError(t, err)
	require.Contains(t, body(t, res), "is crash-looping")

	_, r := follow(t, client, address+"/")
	frame(t, r)
	require.NoError(t, stop(), "although a stream is open")
	_, err = r.ReadString(0)
	require.Error(t, err)
}

func TestServeRefusesRemoteAddresses(t *testing.T) {
	t.Parallel()
	d := New(Options{})
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:80"} {
		err := d.ListenAndServe(t.Context(), addr)
		invalid, ok := errors.AsType[*policy.InvalidError](err)
		require.True(t, ok, "%s: %v", addr, err)
		require.Equal(t, "addr", invalid.Field)
		require.ErrorContains(t, err, "set Options.AllowRemote")
	}
	l, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	require.ErrorContains(t, d.Serve(t.Context(), l), "can be reached from elsewhere")
	_, err = l.Accept()
	require.ErrorIs(t, err, net.ErrClosed, "Serve owns it")
	require.ErrorContains(t, d.ListenAndServe(t.Context(), "nonsense"), "dashboard: ")

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, New(Options{AllowRemote: true}).ListenAndServe(ended, ":0"))
	require.NoError(t, d.ListenAndServe(ended, "localhost:0"))
}

func TestServeFailsWithItsListener(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := New(Options{})
	require.ErrorContains(t, d.ListenAndServe(t.Context(), l.Addr().String()), "address already in use")
	require.NoError(t, l.Close())
	require.ErrorIs(t, d.Serve(t.Context(), l), net.ErrClosed)
}

// A web page may have a name of its own lead here, but cannot make a browser ask by another one.
func TestHosts(t *testing.T) {
	t.Parallel()
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7070}
	everywhere := &net.TCPAddr{IP: net.IPv6unspecified, Port: 7070}
	one := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 7070}
	d := over(newShelf(), Options{Hosts: []string{"ops.example"}})
	for _, c := range []struct {
		addr  net.Addr
		host  string
		known bool
	}{
		{local, "localhost:7070", true},
		{local, "LOCALHOST", true},
		{local, "resize.localhost:7070", true},
		{local, "127.0.0.1:7070", true},
		{local, "[::1]:7070", true},
		{local, "ops.example", true},
		{local, "evil.example:7070", false},
		{local, "localhost.evil.example", false},
		{local, "192.0.2.1:7070", false},
		{local, "", false},
		{everywhere, "192.0.2.1:7070", true},
		{everywhere, "evil.example", false},
		{one, "192.0.2.1:7070", true},
		{one, "192.0.2.2:7070", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = c.host
		code := answer(d.checkHost(c.addr, d), r).Code
		if c.known {
			require.Equal(t, http.StatusOK, code, "%v", c)
		} else {
			require.Equal(t, http.StatusMisdirectedRequest, code, "%v", c)
		}
	}
}
