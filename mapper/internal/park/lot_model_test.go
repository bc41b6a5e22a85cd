package park_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper/internal/park"
)

// TestLotIsAStack drives a lot and a plain list alike.
func TestLotIsAStack(t *testing.T) {
	t.Parallel()
	type sleeper struct{ id, lineage int }
	rapid.Check(t, func(t *rapid.T) {
		y, asked, helpful := newYard(), 0, false
		var model []sleeper
		y.Help(func() { asked++ })
		wake := func(at int) {
			if at >= 0 {
				require.Equal(t, model[at].id, <-y.woken)
				model = slices.Delete(model, at, at+1)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				require.Equal(t, len(model), y.Idle())
			},
			"sleep": func(t *rapid.T) {
				s := sleeper{len(y.wakeups), rapid.IntRange(0, 2).Draw(t, "lineage")}
				y.sleep(s.lineage)
				model = append(model, s)
			},
			"helpful": func(t *rapid.T) {
				helpful = rapid.Bool().Draw(t, "yes")
				y.Helpful(helpful)
			},
			"one": func(t *rapid.T) {
				require.Equal(t, len(model) > 0, y.WakeOne())
				wake(len(model) - 1)
			},
			"other": func(t *rapid.T) {
				lineage, before := rapid.IntRange(0, 2).Draw(t, "lineage"), asked
				at := len(model) - 1
				for i, s := range model {
					if s.lineage != lineage {
						at = i
					}
				}
				if at >= 0 && model[at].lineage == lineage {
					at = len(model) - 1
				}
				y.WakeOther(lineage)
				require.Equal(t, at < 0 && helpful, asked > before)
				wake(at)
			},
			"rouse": func(t *rapid.T) {
				if len(y.wakeups) == 0 {
					t.Skip("nobody has come yet")
				}
				id := rapid.IntRange(0, len(y.wakeups)-1).Draw(t, "id")
				y.Rouse(y.wakeups[id])
				wake(slices.IndexFunc(model, func(s sleeper) bool { return s.id == id }))
			},
		})
		require.Len(t, y.all(), len(model))
		for _, w := range y.wakeups {
			require.Empty(t, w, "a wake that nobody has had")
		}
	})
}

// TestNoWakeIsLost has workers take what others bring with one wake each. A wake that is
// lost leaves something lying, and this test does not end.
func TestNoWakeIsLost(t *testing.T) {
	t.Parallel()
	const workers, makers, each = 4, 3, 3000
	var l park.Lot
	var work, taken atomic.Int64
	over := make(chan struct{})
	wakeups := make([]park.Wakeup, workers)
	var serving, making sync.WaitGroup
	for i := range wakeups {
		w := park.NewWakeup()
		wakeups[i] = w
		serving.Go(func() {
			for taken.Load() < makers*each {
				if n := work.Load(); n > 0 {
					if work.CompareAndSwap(n, n-1) && taken.Add(1) == makers*each {
						close(over)
					}
					continue
				}
				l.Sleep(w, i, func() bool { return work.Load() > 0 })
			}
		})
	}
	for m := range makers {
		making.Go(func() {
			for i := range each {
				work.Add(1)
				if m == 0 {
					l.WakeOther(i % workers)
				} else {
					l.Nudge()
				}
				l.Rouse(wakeups[i%workers]) // whoever is woken without work sleeps again
			}
		})
	}
	making.Wait()
	<-over
	l.Close()
	serving.Wait()
	for _, w := range wakeups {
		require.Empty(t, w)
	}
}
