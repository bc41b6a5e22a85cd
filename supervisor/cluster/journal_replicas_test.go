package cluster_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/cluster"
)

// peer is a server of several that are one.
type peer struct {
	Name  string
	Port  int   // where it listens for the others
	Ports []int // of all
}

func (p peer) join(o *server.Options) {
	o.ServerName = p.Name
	o.Cluster = server.ClusterOpts{Name: "fleet", Host: "127.0.0.1", Port: p.Port}
	for _, port := range p.Ports {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
	}
}

// peers are three server processes with JetStream that are one.
type peers struct {
	t       *testing.T
	ports   []int
	stores  []string
	servers []*exec.Cmd
	at      []string
}

func newPeers(t *testing.T) *peers {
	t.Helper()
	p := &peers{t: t, servers: make([]*exec.Cmd, 3), at: make([]string, 3)}
	for range p.servers {
		p.ports, p.stores = append(p.ports, freePort(t)), append(p.stores, t.TempDir())
	}
	for i := range p.servers {
		p.start(i)
	}
	return p
}

// freePort is one that nobody gets who asks for any.
func freePort(t *testing.T) int {
	t.Helper()
	for {
		port := 20_000 + rand.N(10_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			require.NoError(t, l.Close())
			return port
		}
	}
}

func (p *peers) start(i int) {
	p.t.Helper()
	text, err := json.Marshal(peer{Name: fmt.Sprint(i), Port: p.ports[i], Ports: p.ports})
	require.NoError(p.t, err)
	cmd := spawn(p.t, serverAs+"=1", storeOf+"="+p.stores[i], peerOf+"="+string(text))
	out, err := cmd.StdoutPipe()
	require.NoError(p.t, err)
	require.NoError(p.t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(p.t, err)
	p.servers[i], p.at[i] = cmd, strings.TrimSpace(line)
}

func (p *peers) url() string { return "nats://" + strings.Join(p.at, ",nats://") }

// stream is what they know of the journal, once one of them leads it and all others have all of it.
func (p *peers) stream() *jetstream.ClusterInfo {
	p.t.Helper()
	nc, err := nats.Connect(p.url())
	require.NoError(p.t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	require.NoError(p.t, err)
	var found *jetstream.ClusterInfo
	require.Eventually(p.t, func() bool {
		s, err := js.Stream(p.t.Context(), streamName)
		if err != nil {
			return false
		}
		found = s.CachedInfo().Cluster
		current := 0
		for _, r := range found.Replicas {
			if r.Current && !r.Offline {
				current++
			}
		}
		return found.Leader != "" && current == 2
	}, patience, 10*tick)
	return found
}

// crash kills the one that leads the journal, and returns which it was.
func (p *peers) crash() (i int) {
	p.t.Helper()
	_, err := fmt.Sscan(p.stream().Leader, &i)
	require.NoError(p.t, err)
	p.kill(i)
	return i
}

func (p *peers) kill(i int) {
	p.t.Helper()
	require.NoError(p.t, p.servers[i].Process.Kill())
	_ = p.servers[i].Wait()
}

// TestJournalReplicas: a journal that is with three servers outlives the one that leads it, whenever that is killed: its run
// goes on, and the next life has all that was delivered.
func TestJournalReplicas(t *testing.T) {
	t.Parallel()
	p := newPeers(t)
	r := recording{URL: p.url(), Dir: t.TempDir(), N: 1500, Replicas: 3, Lost: time.Second}

	first := r.start(t)
	r.awaitDelivered(t, r.N/6)
	one := p.crash()
	r.awaitDelivered(t, r.N/3)
	require.NoError(t, first.Process.Kill())
	_ = first.Wait()
	was, before := lines(r.Dir, "delivered"), begun(t, r.Dir)
	require.Less(t, len(was), r.N, "it was killed in the middle")

	p.start(one)
	r.URL = p.url()
	fleet := open(t, cluster.Options{URL: r.URL, Lost: r.Lost})
	require.NoError(t, os.Remove(r.Dir+"/delivered"))
	over := make(chan error, 1)
	go func() { over <- r.run(bounded(t), fleet) }()
	r.awaitDelivered(t, (len(was)+r.N)/2) // it may have been killed late
	p.crash()
	require.NoError(t, <-over)
	require.Len(t, lines(r.Dir, "delivered"), r.N)
	after := begun(t, r.Dir)
	for _, in := range was {
		i := 0
		_, err := fmt.Sscan(in, &i)
		require.NoError(t, err)
		require.Equal(t, before[i], after[i], "input %d was delivered, and ran again", i)
	}

	require.NoError(t, os.Remove(r.Dir+"/delivered"))
	require.NoError(t, r.run(bounded(t), fleet))
	require.Len(t, lines(r.Dir, "delivered"), r.N)
	require.Equal(t, after, begun(t, r.Dir), "all is recorded")
}

// TestJournalWaitsForReplicas: a journal that is to be with more servers than are there waits for the others, also where so few
// are that they have no leader.
func TestJournalWaitsForReplicas(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]int{"one of three": 1, "two of three": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeers(t)
			for i := there; i < 3; i++ {
				p.kill(i)
			}
			r := recording{Dir: t.TempDir(), N: 100, Replicas: 3}
			fleet := open(t, cluster.Options{URL: p.url()})
			over := make(chan error, 1)
			go func() { over <- r.run(bounded(t), fleet) }()
			select {
			case err := <-over:
				require.NoError(t, err, "it has not waited")
			case <-time.After(outage + 2*time.Second):
			}
			require.Empty(t, lines(r.Dir, "delivered"))
			for i := there; i < 3; i++ {
				p.start(i)
			}
			require.NoError(t, <-over)
			require.Len(t, lines(r.Dir, "delivered"), r.N)
			require.Len(t, p.stream().Replicas, 2)
		})
	}
}
