package park_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/park"
)

func never() bool { return false }

// yard is a lot with sleepers that say when they wake.
type yard struct {
	park.Lot
	wakeups []park.Wakeup // by sleeper
	woken   chan int
}

func newYard() *yard { return &yard{woken: make(chan int)} }

// sleep adds a sleeper of the lineage, and returns when it sleeps.
func (y *yard) sleep(lineage int) {
	n, id, w := y.Idle(), len(y.wakeups), park.NewWakeup()
	y.wakeups = append(y.wakeups, w)
	go func() {
		y.Sleep(w, lineage, never)
		y.woken <- id
	}()
	for y.Idle() == n {
		runtime.Gosched()
	}
}

// all closes the lot and returns who slept in it, in order.
func (y *yard) all() (ids []int) {
	n := y.Idle()
	y.Close()
	for range n {
		ids = append(ids, <-y.woken)
	}
	slices.Sort(ids)
	return ids
}

// TestWakesAnother: for what a lineage cannot do itself it wakes one of another, or asks for help.
func TestWakesAnother(t *testing.T) {
	t.Parallel()
	y, asked := newYard(), 0
	y.Help(func() { asked++ })
	y.sleep(1)
	y.sleep(0)
	y.WakeElse(0)
	require.Equal(t, 0, <-y.woken)
	y.WakeElse(0)
	require.Zero(t, asked, "it is of no use")
	y.Helpful(true)
	y.WakeElse(0)
	require.Equal(t, 1, asked)
	require.Equal(t, []int{1}, y.all())
}

func TestWakesTheLastToCome(t *testing.T) {
	t.Parallel()
	y := newYard()
	require.False(t, y.WakeOne())
	for range 3 {
		y.sleep(0)
	}
	for want := 2; want >= 0; want-- {
		require.Equal(t, want+1, y.Idle())
		require.True(t, y.WakeOne())
		require.Equal(t, want, <-y.woken)
	}
	require.Zero(t, y.Idle())
	require.False(t, y.WakeOne())
}

func TestWakeOther(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sleepers []int // lineages
		lineage  int
		woken    int
	}{
		"another one":               {[]int{1, 2}, 2, 0},
		"the last of the others":    {[]int{1, 3, 2, 2}, 2, 1},
		"nobody is of that lineage": {[]int{1, 2}, -1, 1},
		"all are of that lineage":   {[]int{2, 2}, 2, 1},
	} {
		y := newYard()
		for _, lineage := range c.sleepers {
			y.sleep(lineage)
		}
		y.WakeOther(c.lineage)
		require.Equal(t, c.woken, <-y.woken, name)
		require.Len(t, y.all(), len(c.sleepers)-1, name)
	}
}

func TestRouseWakesItsOwner(t *testing.T) {
	t.Parallel()
	y := newYard()
	y.sleep(0)
	y.sleep(0)
	y.Rouse(y.wakeups[0])
	require.Equal(t, 0, <-y.woken)
	y.Rouse(y.wakeups[0])
	y.Rouse(park.NewWakeup())
	require.Empty(t, y.wakeups[0], "who does not sleep is not woken from its next sleep")
	require.Equal(t, []int{1}, y.all())
}

// TestHelp asks for help only where it is of use, and nobody sleeps who could be woken.
func TestHelp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		helpful  bool
		sleepers int
		help     int
	}{
		"nobody sleeps":     {true, 0, 1},
		"somebody sleeps":   {true, 1, 0},
		"help is of no use": {false, 0, 0},
		"neither":           {false, 1, 0},
		"many sleep":        {true, 3, 0},
	} {
		for verb, wake := range map[string]func(*park.Lot){
			"Wake": (*park.Lot).Wake, "Nudge": (*park.Lot).Nudge, "WakeOther": func(l *park.Lot) { l.WakeOther(0) },
		} {
			y, asked := newYard(), 0
			y.Help(func() { asked++ })
			y.Helpful(c.helpful)
			require.Equal(t, c.helpful, y.IsHelpful())
			for range c.sleepers {
				y.sleep(0)
			}
			wake(&y.Lot)
			require.Equal(t, c.help, asked, "%s: %s", verb, name)
			if c.sleepers > 0 {
				require.Equal(t, c.sleepers-1, <-y.woken, "%s: %s", verb, name)
			}
			y.all()
		}
	}
}

func TestSleepsOnlyWithoutWork(t *testing.T) {
	t.Parallel()
	var l park.Lot
	w := park.NewWakeup()
	l.Sleep(w, 0, func() bool { return true })
	require.Zero(t, l.Idle())
	require.Empty(t, w)
	l.Close()
	l.Sleep(w, 0, never)
	require.False(t, l.WakeOne())
}

// TestWokenWhileLooking has a wake come between parking and the look: it is taken and not left
// for the next sleep.
func TestWokenWhileLooking(t *testing.T) {
	t.Parallel()
	var l park.Lot
	w := park.NewWakeup()
	l.Sleep(w, 0, func() bool { return l.WakeOne() })
	require.Zero(t, l.Idle())
	require.Empty(t, w)
}
