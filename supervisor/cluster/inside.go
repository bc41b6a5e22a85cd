package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// inside is a server in this process, that nobody else can reach.
type inside struct {
	server *server.Server
	lock   *os.File // of its store; nil for none
}

// serverTime is how long it may take to start.
const serverTime = 10 * time.Second

// startServer starts one, which keeps journals in a directory, unless store is empty.
func startServer(store string) (*inside, error) {
	opts := &server.Options{DontListen: true, NoSigs: true, NoLog: true, MaxPayload: 8 << 20}
	in := &inside{}
	if store != "" {
		var err error
		if in.lock, err = lockStore(store); err != nil {
			return nil, err
		}
		opts.JetStream, opts.StoreDir, opts.SyncAlways = true, store, true
	}
	s, err := server.NewServer(opts)
	if err != nil {
		in.stop()
		return nil, fmt.Errorf("cluster: cannot start a server: %w", err)
	}
	in.server = s
	s.Start()
	switch {
	case !s.ReadyForConnections(serverTime):
		in.stop()
		return nil, fmt.Errorf("cluster: the server in this process did not start within %v", serverTime)
	case store != "" && !s.JetStreamEnabled():
		in.stop()
		return nil, invalid("Store", store, "cannot be used by the server")
	}
	return in, nil
}

func (in *inside) stop() {
	if in.server != nil {
		in.server.Shutdown()
		in.server.WaitForShutdown()
	}
	if in.lock != nil {
		_ = in.lock.Close()
	}
}

var errStoreLocked = errors.New("another process has it")

// lockStore has this process be the only one whose server keeps journals there. The kernel gives the lock back.
func lockStore(store string) (*os.File, error) {
	if err := os.MkdirAll(store, 0o700); err != nil {
		return nil, fmt.Errorf("cluster: Store: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(store, "longshore-lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cluster: Store: %w", err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, invalid("Store", store, "cannot be locked: "+err.Error())
	}
	return f, nil
}

func (r *Runtime) stopServer() {
	if r.inside != nil {
		r.inside.stop()
	}
}
