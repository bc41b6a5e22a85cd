package intake_test

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/park"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// pulled is a source over an iterator, and what it needs of a run.
type pulled struct {
	*intake.Iterator
	window *intake.Window
	over   atomic.Bool
	lot    park.Lot
	ended  chan *intake.Panicked // has room for more than one end
}

func newPulled(window, share int) *pulled {
	p := &pulled{window: &intake.Window{Size: window}, ended: make(chan *intake.Panicked, 2)}
	p.Iterator = intake.NewIterator(p.window, share, &p.over, &p.lot)
	return p
}

// pull is the puller's goroutine.
func (p *pulled) pull(inputs func(yield func(int) bool)) {
	typed.Pull[int, int](p.Iterator, inputs, func(failure *intake.Panicked) { p.ended <- failure })
}

// finish ends the run.
func (p *pulled) finish() {
	p.over.Store(true)
	p.Room()
}

// deliver makes room for n more.
func (p *pulled) deliver(n int) {
	p.window.Delivered.Add(int64(n))
	p.Room()
}

func upTo(n int) func(yield func(int) bool) { return slices.Values(numbered(n).In) }

func TestPushedWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPulled(3, 1)
		asked := 0
		go p.pull(func(yield func(int) bool) {
			for i := range 10 {
				asked++
				if !yield(i) {
					return
				}
			}
		})
		synctest.Wait()
		require.Equal(t, 3, p.Taken())
		require.Equal(t, 3, asked, "the next is not even asked for")
		p.Room()
		synctest.Wait()
		require.Equal(t, 3, p.Taken(), "woken for nothing, it sleeps again")
		p.deliver(2)
		synctest.Wait()
		require.Equal(t, 5, p.Taken())
		require.False(t, p.Ended())
		require.Equal(t, math.MaxInt, p.Total())
		p.deliver(6)
		require.Nil(t, <-p.ended)
		require.True(t, p.Ended())
		require.Equal(t, 10, p.Total())
		require.Equal(t, 10, p.Waiting())
	})
}

// TestRunEndsWhilePulling leaves what was pulled to be claimed, and asks for no more.
func TestRunEndsWhilePulling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPulled(3, 1)
		go p.pull(upTo(10))
		synctest.Wait()
		p.finish()
		require.Nil(t, <-p.ended)
		require.Equal(t, 3, p.Waiting())
		require.False(t, p.Ended(), "there would have been more")
		require.Equal(t, math.MaxInt, p.Total())

		p = newPulled(30, 1)
		p.over.Store(true)
		p.pull(upTo(10))
		require.Equal(t, 1, p.Taken(), "what was pulled meanwhile gets its Result, too")
	})
}

// TestPullerEnds in each of the ways there are, once.
func TestPullerEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end      func()
		panicked bool
		value    any
		total    int
	}{
		"by itself":        {func() {}, false, nil, 2},
		"by a panic":       {func() { panic("boom") }, true, "boom", math.MaxInt},
		"by Goexit":        {runtime.Goexit, true, nil, math.MaxInt},
		"by a nil's panic": {func() { panic(nil) }, true, &runtime.PanicNilError{}, math.MaxInt},
	} {
		p := newPulled(10, 1)
		go p.pull(func(yield func(int) bool) {
			if yield(0) && yield(1) {
				c.end()
			}
		})
		p.Join(time.Hour)
		failure := <-p.ended
		require.Equal(t, c.panicked, failure != nil, name)
		if failure != nil {
			require.IsType(t, c.value, failure.Value, name)
			require.Contains(t, failure.Stack, "TestPullerEnds", name)
		}
		require.Empty(t, p.ended, name)
		require.Equal(t, 2, p.Waiting(), "what it gave before is not lost: %s", name)
		require.Equal(t, c.total, p.Total(), name)
		require.Equal(t, c.total == 2, p.Ended(), name)
	}
}

// TestJoinIsPatientOnce waits for a puller that blocks: all who join wait for the grace of the
// first of them, and those who come later not at all.
func TestJoinIsPatientOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPulled(10, 1)
		block := make(chan struct{})
		go p.pull(func(func(int) bool) { <-block })
		began := time.Now()
		var joining sync.WaitGroup
		joining.Go(func() { p.Join(time.Second) })
		synctest.Wait()
		time.Sleep(time.Millisecond)
		p.Join(time.Millisecond)
		joining.Wait()
		require.Equal(t, time.Second, time.Since(began))
		p.Join(time.Hour)
		require.Equal(t, time.Second, time.Since(began))
		close(block)
		require.Nil(t, <-p.ended)
	})
}

// TestPushedWakesASleeper: somebody comes for each input, at once.
func TestPushedWakesASleeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPulled(10, 1)
		var working sync.WaitGroup
		claimed := 0
		working.Go(func() {
			for w := park.NewWakeup(); !p.Ended(); {
				p.lot.Sleep(w, 0, func() bool { return p.Waiting() > 0 || p.Ended() })
				for p.Claim(newChunk(), 1, true) {
					claimed++
				}
			}
		})
		p.pull(func(yield func(int) bool) {
			for i := range 5 {
				synctest.Wait()
				require.Equal(t, i, claimed)
				yield(i)
			}
		})
		p.lot.Close()
		working.Wait()
		require.Equal(t, 5, claimed)
	})
}
