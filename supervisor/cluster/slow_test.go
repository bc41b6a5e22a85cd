package cluster_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/registry"
)

// parcel is an input that waits for the file sign in its directory, and returns so many bytes.
type parcel struct {
	Dir, Pad string
	Back     int
}

func carry(ctx context.Context, p parcel) (string, error) {
	note(p.Dir, "begun", "1\n")
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-tick.C:
			if _, err := os.Stat(p.Dir + "/" + sign); err == nil {
				return strings.Repeat("x", p.Back), nil
			}
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

var _ = registry.Register(carry)

// TestSlow: a connection that takes nothing for a while is not cut off for what waits there, and nothing is sent twice.
func TestSlow(t *testing.T) {
	t.Parallel()
	const (
		parcels = 14
		large   = 4 << 20
		most    = 48 << 20 // that may wait at the server for a connection; the budget is less, and all parcels are more
	)
	for name, p := range map[string]parcel{"inputs": {Pad: strings.Repeat("x", large)}, "outcomes": {Back: large}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, said := start(t, "debug: false", func(o *server.Options) { o.MaxPending = most })
			at := func() string { return strings.TrimPrefix(url, "nats://") }
			down, up := between(t, at), between(t, at)
			work(t, cluster.WorkerOptions{URL: down.url(), Slots: parcels})
			r := open(t, cluster.Options{URL: up.url(), Lost: atLeast})
			p.Dir = t.TempDir()
			ctx := bounded(t)
			f, err := mapper.Deploy(ctx, mapper.Plain(carry), mapper.Options{Runtime: r, Scale: mapper.Scale{Min: parcels, Max: parcels}})
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				m := r.Machines()
				return len(m) == 1 && m[0].Free == 0
			}, patience, tick)
			slow := down
			if p.Back > 0 {
				slow = up
			} else {
				slow.sever()
			}
			run, err := f.Start(ctx, slices.Values(slices.Repeat([]parcel{p}, parcels)), mapper.RunOptions{})
			require.NoError(t, err)
			if p.Back > 0 {
				require.Eventually(t, func() bool { return begun(t, p.Dir)[1] == parcels }, patience, tick)
				slow.sever()
				note(p.Dir, sign, "")
			}
			time.AfterFunc(3*time.Second, slow.mend)
			if p.Back == 0 {
				require.Eventually(t, func() bool { return begun(t, p.Dir)[1] == parcels }, patience, tick)
				note(p.Dir, sign, "")
			}
			n := 0
			for res := range run.All() {
				require.NoError(t, res.Err)
				require.Len(t, res.Value, p.Back)
				n++
			}
			require.NoError(t, run.Wait())
			require.Equal(t, parcels, n)
			require.Equal(t, parcels, begun(t, p.Dir)[1])
			require.Zero(t, run.Stats().Pool.Lost+run.Stats().Pool.Crashes)
			require.NoError(t, f.Stop(ctx))
			require.Empty(t, said.about("Slow Consumer"))
		})
	}
}
