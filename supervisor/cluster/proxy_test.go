package cluster_test

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// proxy stands between a client and the server. It can hold back all bytes, as a network does that is cut, and lose messages.
type proxy struct {
	listener net.Listener
	server   func() string // the address of the server, as it is now
	lose     atomic.Int64  // of a million messages
	lost     atomic.Int64
	joined   sync.WaitGroup

	mu   sync.Mutex
	cut  chan struct{} // closed when it is mended; nil: it is whole
	over bool
	all  map[net.Conn]bool
}

// between starts one that ends with the test.
func between(t *testing.T, server func() string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: l, server: server, all: map[net.Conn]bool{}}
	p.joined.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) url() string { return "nats://" + p.listener.Addr().String() }

func (p *proxy) close() {
	p.mend()
	_ = p.listener.Close()
	p.mu.Lock()
	p.over = true
	for c := range p.all {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.joined.Wait()
}

// sever has nothing pass any more, until mend.
func (p *proxy) sever() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = make(chan struct{})
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut != nil {
		close(p.cut)
		p.cut = nil
	}
}

// wait waits while it is cut.
func (p *proxy) wait() {
	p.mu.Lock()
	cut := p.cut
	p.mu.Unlock()
	if cut != nil {
		<-cut
	}
}

// own has a connection be closed at the end.
func (p *proxy) own(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[c] = true; p.over {
		_ = c.Close()
	}
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.own(client)
		p.joined.Go(func() {
			defer client.Close()
			p.wait()
			server, err := net.Dial("tcp", p.server())
			if err != nil {
				return
			}
			p.own(server)
			p.joined.Go(func() {
				defer client.Close()
				p.relay(client, server)
			})
			defer server.Close()
			p.relay(server, client)
		})
	}
}

// relay passes the lines and messages of NATS' protocol on, but for those that are lost.
func (p *proxy) relay(to io.Writer, from io.Reader) {
	in, out := bufio.NewReaderSize(from, 1<<16), bufio.NewWriterSize(to, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		body := make([]byte, bodyOf(line))
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		p.wait()
		if len(body) > 0 && rand.Int64N(1e6) < p.lose.Load() {
			p.lost.Add(1)
			continue
		}
		_, _ = out.Write(line)
		_, _ = out.Write(body)
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
	}
}

// bodyOf is how many bytes follow a line.
func bodyOf(line []byte) int {
	words := bytes.Fields(line)
	if len(words) < 3 {
		return 0
	}
	switch string(words[0]) {
	case "PUB", "HPUB", "MSG", "HMSG":
		n, _ := strconv.Atoi(string(words[len(words)-1]))
		return n + 2
	}
	return 0
}
