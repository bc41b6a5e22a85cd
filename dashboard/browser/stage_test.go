package browser

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// stage is a dashboard on a loopback port, which counts what it is asked for.
type stage struct {
	*dashboard.Dashboard
	t      *testing.T
	server *httptest.Server

	mu       sync.Mutex
	requests map[string]int // by URI
	streams  map[string]int // by URI, open ones
	ids      map[string]uint64
	changed  chan struct{} // closed when one of these has changed
}

// newStage opens a dashboard for one test.
func newStage(t *testing.T, opts dashboard.Options) *stage {
	t.Helper()
	s := &stage{
		Dashboard: dashboard.New(opts), t: t,
		requests: map[string]int{}, streams: map[string]int{}, changed: make(chan struct{}),
		ids: map[string]uint64{},
	}
	s.up("127.0.0.1:0")
	t.Cleanup(func() { s.Close(); s.down() })
	return s
}

// up serves at an address.
func (s *stage) up(addr string) {
	s.t.Helper()
	listener, err := net.Listen("tcp", addr)
	require.NoError(s.t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(s.count))
	require.NoError(s.t, server.Listener.Close())
	server.Listener = listener
	server.Start()
	s.server = server
}

// down is as if the program was not there.
func (s *stage) down() {
	s.server.CloseClientConnections()
	s.server.Close()
}

func (s *stage) url(path string) string { return s.server.URL + path }

// Watch notes the numbers of functions and runs, since numbers are shared by all tests. Those of runs
// on a function are not looked for.
func (s *stage) Watch(v mapper.View) {
	if about := v.About(); about.Parent == 0 {
		s.note(func() { s.ids[about.Name] = about.ID })
	}
	s.Dashboard.Watch(v)
}

// run is the path of the page about the function or run with a name, and of what comes below it.
// It waits until that has started.
func (s *stage) run(name string, below ...any) string {
	var id uint64
	s.await(func() bool { id = s.ids[name]; return id > 0 })
	path := fmt.Sprintf("/runs/%d", id)
	for _, b := range below {
		path += fmt.Sprintf("/%v", b)
	}
	return path
}

func (s *stage) count(w http.ResponseWriter, r *http.Request) {
	stream := strings.HasPrefix(r.Header.Get("Accept"), "text/event-stream")
	s.note(func() {
		s.requests[r.RequestURI]++
		if stream {
			s.streams[r.RequestURI]++
		}
	})
	if stream {
		defer s.note(func() { s.streams[r.RequestURI]-- })
	}
	s.ServeHTTP(w, r)
}

func (s *stage) note(what func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what()
	close(s.changed)
	s.changed = make(chan struct{})
}

// asked is how often something was asked for.
func (s *stage) asked(uri string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[uri]
}

// streamed is how many streams there have been.
func (s *stage) streamed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

// awaitStreams waits until so many tabs follow a page.
func (s *stage) awaitStreams(uri string, want int) {
	s.await(func() bool { return s.streams[uri] == want })
}

// await waits until something has been noted.
func (s *stage) await(noted func() bool) {
	s.t.Helper()
	limit := time.After(patience)
	for {
		s.mu.Lock()
		ok, changed := noted(), s.changed
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-limit:
			require.FailNow(s.t, "it does not come to that")
		}
	}
}
