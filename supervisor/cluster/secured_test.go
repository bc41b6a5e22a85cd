package cluster_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"
)

// users are the two of deploy/rights.conf, and the files of their seeds.
type users struct{ worker, caller, seedOfWorker, seedOfCaller string }

func newUsers(t *testing.T) (u users) {
	t.Helper()
	u.worker, u.seedOfWorker = newUser(t, 0o600)
	u.caller, u.seedOfCaller = newUser(t, 0o440)
	return u
}

// newUser is an NKey: its public half, and the file of its seed.
func newUser(t *testing.T, mode os.FileMode) (public, seed string) {
	t.Helper()
	key, err := nkeys.CreateUser()
	require.NoError(t, err)
	public, err = key.PublicKey()
	require.NoError(t, err)
	src, err := key.Seed()
	require.NoError(t, err)
	seed = filepath.Join(t.TempDir(), "seed")
	require.NoError(t, os.WriteFile(seed, src, mode))
	return public, seed
}

// rights is deploy/rights.conf with these users instead of the environment's.
func (u users) rights(t *testing.T) string { return u.of(t, "rights.conf") }

// of is a file of that kind.
func (u users) of(t *testing.T, name string) string {
	t.Helper()
	src, err := os.ReadFile("deploy/" + name)
	require.NoError(t, err)
	return fmt.Sprintf("LONGSHORE_WORKER: %q\nLONGSHORE_CALLER: %q\n%s", u.worker, u.caller, src)
}

// journal is what a server writes down.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) Noticef(format string, args ...any) { j.add(format, args...) }
func (j *journal) Warnf(format string, args ...any)   { j.add(format, args...) }
func (j *journal) Fatalf(format string, args ...any)  { j.add(format, args...) }
func (j *journal) Errorf(format string, args ...any)  { j.add(format, args...) }
func (j *journal) Debugf(string, ...any)              {}
func (j *journal) Tracef(string, ...any)              {}

// violations are the lines that say that somebody did what he must not.
func (j *journal) violations() []string { return j.about("iolation") }

// about are the lines with that word.
func (j *journal) about(word string) (all []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range j.lines {
		if strings.Contains(line, word) {
			all = append(all, line)
		}
	}
	return all
}

// start starts a server on loopback with that configuration, and changes that tests need.
func start(t *testing.T, conf string, change func(*server.Options)) (url string, said *journal) {
	t.Helper()
	opts := &server.Options{}
	require.NoError(t, opts.ProcessConfigString(conf))
	opts.Host, opts.Port, opts.NoSigs, opts.NoLog = "127.0.0.1", -1, true, true
	if change != nil {
		change(opts)
	}
	s, err := server.NewServer(opts)
	require.NoError(t, err)
	said = &journal{}
	s.SetLoggerV2(said, false, false, false)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	require.True(t, s.ReadyForConnections(patience))
	return s.ClientURL(), said
}
