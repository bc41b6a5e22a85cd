package journal_test

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// prepared is a journal that such a run has begun before: the first writes to the manifest.
func prepared(t *testing.T, o journal.Options, run func(context.Context, mapper.Options) error) (*journal.File, string) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, o)
	t.Cleanup(func() { require.NoError(t, j.Close()) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, mapper.Options{Journal: j}), context.Canceled)
	return j, path
}

// large is a value, or an input, of which 256 are 64 MB.
var large = strings.Repeat("x", 256<<10)

// TestStopsClaiming: where the disk does not keep up, a run without a window takes no more inputs once 64 MB wait for it, and
// goes on when they do not.
func TestStopsClaiming(t *testing.T) {
	t.Parallel()
	const n, before = 1000, 40
	stops := func(t *testing.T, o journal.Options, run func(ctx context.Context, fn func(), opts mapper.Options) error) {
		j, path := prepared(t, o, func(ctx context.Context, opts mapper.Options) error { return run(ctx, func() {}, opts) })
		var e eye
		var executed atomic.Int64
		reached, locked := make(chan struct{}), make(chan struct{})
		fn := func() {
			_ = sha256.Sum256([]byte(large)) // of no-ops a container claims hundreds at once
			switch at := executed.Add(1); {
			case at == before:
				close(reached)
				fallthrough
			case at > before:
				<-locked
			}
		}
		done := make(chan error, 1)
		go func() { done <- run(t.Context(), fn, mapper.Options{Journal: j, Observer: &e, Containers: 2}) }()
		<-reached
		require.Eventually(t, func() bool { return e.counts().Recorded > 0 }, 30*time.Second, time.Millisecond, "how large they are is known")
		free := lockOut(t, path)
		close(locked)
		still, last := 0, int64(0)
		require.Eventually(t, func() bool {
			now := executed.Load()
			if still++; now != last || e.counts().Running > 0 {
				still, last = 0, now
			}
			return still == 50
		}, 9*time.Second, 2*time.Millisecond)
		waits := e.counts().Unrecorded
		free()
		require.NoError(t, <-done)
		require.EqualValues(t, n, executed.Load())
		require.Equal(t, n, e.counts().Recorded)
		require.Greater(t, waits, 200)
		require.Less(t, waits, 400)
	}
	t.Run("Collect", func(t *testing.T) {
		t.Parallel()
		stops(t, journal.Options{}, func(ctx context.Context, fn func(), opts mapper.Options) error {
			_, err := mapper.Collect(ctx, func(context.Context, string) (string, error) {
				fn()
				return large, nil
			}, journals.Texts(n), opts)
			return err
		})
	})
	t.Run("Each", func(t *testing.T) {
		t.Parallel()
		inputs := journals.Texts(n)
		for i := range inputs {
			inputs[i] += large
		}
		stops(t, journal.Options{StoreInputs: true}, func(ctx context.Context, fn func(), opts mapper.Options) error {
			return mapper.Each(ctx, func(context.Context, string) error {
				fn()
				return nil
			}, inputs, opts)
		})
	})
}
