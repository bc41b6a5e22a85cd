package supervisor_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestLineagesAdded checks that a pool takes in more lineages than it was made with, under every policy.
func TestLineagesAdded(t *testing.T) {
	for name, crashes := range map[string]policy.Crashes{"ephemeral": policy.Ephemeral{}, "deployed": policy.Deployed{}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newCrew(t)
				p := open(t, supervisor.Config{Lasting: true, Containers: 1, Want: 1, Crashes: crashes, Serve: w.serve})
				synctest.Wait()
				p.Scale(40)
				synctest.Wait()
				require.Zero(t, p.now(), "the limit on creations is that of forty")
				snap := p.Snapshot()
				require.Equal(t, 40, snap.Live)
				require.Len(t, snap.Containers, 40)
				last := w.get(39)
				require.Equal(t, 39, last.Lineage())
				last.Finished(1)
				last.tell(crash)
				time.Sleep(20 * time.Second)
				require.Equal(t, 40, p.Snapshot().Live)
				require.Equal(t, 1, p.Snapshot().Containers[39].Crashes)
				p.Scale(41)
				synctest.Wait()
				require.Equal(t, 41, p.Snapshot().Live)
			})
		})
	}
}

// TestLineagesAddedCrash checks that crashes of added lineages open the gate and close it again.
func TestLineagesAddedCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o outage
		o.over.Store(true)
		p := open(t, supervisor.Config{Lasting: true, Containers: 1, Want: 0, Crashes: policy.Deployed{}, Serve: func(ctx context.Context, c *supervisor.Container) error {
			return o.serve(ctx, c)
		}})
		o.over.Store(false)
		p.Scale(16)
		time.Sleep(5 * time.Minute)
		require.True(t, p.Snapshot().CrashLooping)
		o.over.Store(true)
		time.Sleep(5 * time.Minute)
		require.False(t, p.Snapshot().CrashLooping)
		require.Equal(t, 16, p.Snapshot().Live)
	})
}
