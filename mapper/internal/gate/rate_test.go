package gate_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper/internal/gate"
)

// TestRateTakesBack: of several tokens that nobody has begun with none is lost, and none is more than the burst.
func TestRateTakesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate.NewRate(rate.NewLimiter(1, 3), func() {})
		defer g.Close()
		pass := func() (n int) {
			for g.Pass() {
				n++
			}
			return n
		}
		for range 3 {
			require.Equal(t, 3, pass())
			for range 3 {
				g.Back()
			}
		}
		time.Sleep(time.Second)
		require.Equal(t, 3, pass())
		time.Sleep(1100 * time.Millisecond)
		require.Equal(t, 1, pass())
	})
}

// TestRateBackOpens: a token that is given back is there for whoever has found none meanwhile.
func TestRateBackOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		woken := 0
		g := gate.NewRate(rate.NewLimiter(1, 1), func() { woken++ })
		defer g.Close()
		require.True(t, g.Pass())
		require.False(t, g.Pass())
		require.True(t, g.IsShut())
		g.Back()
		require.False(t, g.IsShut())
		require.Equal(t, 1, woken)
		require.True(t, g.Pass())
		require.False(t, g.Pass(), "the next one is due in a second")
		time.Sleep(time.Second)
		synctest.Wait()
		require.True(t, g.Pass())
	})
}
