package outputs_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/outputs"
)

// TestFailures: all that is in order before the first failure, and that, or each in its place.
func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		unordered, all bool
		want           []string
	}{
		"the first is the last word":         {false, false, []string{"0.0=p", "1.0=a", "1.1: bad"}},
		"each in its place":                  {false, true, []string{"0.0=p", "1.0=a", "1.1: bad", "2.0=x", "2.1: bad"}},
		"unordered: all that is there":       {true, false, []string{"0.0=p", "1.0=a", "2.0=x", "1.1: bad"}},
		"unordered: each when its end comes": {true, true, []string{"0.0=p", "1.0=a", "2.0=x", "1.1: bad", "2.1: bad"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := read(outputs.Options{Unordered: c.unordered, All: c.all, Outstanding: 100}, 3)
				r.push(t, 0, "p")
				r.push(t, 1, "a")
				r.push(t, 2, "x")
				r.begin()
				require.True(t, r.Settled(0, r.buffers[0], nil))
				require.True(t, r.Settled(1, r.buffers[1], errBad))
				if c.all {
					require.True(t, r.Settled(2, r.buffers[2], errBad))
					r.Said()
				}
				r.Drained(func() error {
					t.Error("asked why, and there is an output that says it")
					return nil
				})
				require.Equal(t, c.want, r.news())
				require.True(t, r.over)
			})
		})
	}
}

// TestFailuresDoNotSayWhyItEnded: where they are outputs like any other, the end has its own.
func TestFailuresDoNotSayWhyItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{All: true, Outstanding: 100}, 3)
		r.begin()
		require.True(t, r.Settled(0, r.buffers[0], errBad))
		r.Drained(func() error { return errors.New("cut off") })
		require.Equal(t, []string{"0.0: bad", "end: cut off"}, r.news())
		require.True(t, r.over)
	})
}

// TestRunEndsEarly: in order, what has no result is left out, but for what its iterator had
// ended with.
func TestRunEndsEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{Outstanding: 100}, 5)
		r.begin()
		r.push(t, 0, "p")
		r.push(t, 1, "dropped")
		r.push(t, 2, "kept")
		require.True(t, r.buffers[2].End(nil))
		r.push(t, 3, "x")
		r.push(t, 4, "behind the failure")
		require.True(t, r.Settled(0, r.buffers[0], nil))
		require.True(t, r.Settled(3, r.buffers[3], errBad))
		require.Equal(t, []string{"0.0=p", "2.0=kept", "3.0=x", "3.1: bad"}, r.news())
		require.True(t, r.over)
		r.Drained(none)
	})
}

// TestCauseOfTheEnd is the last word where no output says it.
func TestCauseOfTheEnd(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := read(outputs.Options{Unordered: unordered, Outstanding: 100}, 1)
			r.begin()
			r.push(t, 0, "p")
			require.True(t, r.Settled(0, r.buffers[0], nil))
			r.Drained(func() error { return errors.New("cancelled") })
			require.Equal(t, []string{"0.0=p", "end: cancelled"}, r.news())
			require.True(t, r.over)
		})
	}
}

// TestEndsOnceForTheReader: an end that comes after the reader was told of another does not count.
func TestEndsOnceForTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{All: true, Outstanding: 100}, 2)
		r.begin()
		require.True(t, r.buffers[0].End(nil))
		require.True(t, r.buffers[1].End(errBad))
		require.Equal(t, []string{"1.0: bad"}, r.news())
		require.False(t, r.buffers[0].End(errBad))
		require.True(t, r.Settled(0, r.buffers[0], errBad))
		require.True(t, r.Settled(1, r.buffers[1], errBad))
		r.Drained(func() error { return errors.New("asked, since no end told it") })
		require.Equal(t, []string{"end: asked, since no end told it"}, r.news())
	})
}

// TestDrainKeepsNearTheReader: results are taken ahead of it by no more than the slack.
func TestDrainKeepsNearTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(outputs.Options{Outstanding: 34, Containers: 2}, 20)
		require.Equal(t, 4, r.Slack())
		settled := 0
		go func() {
			for i, b := range r.buffers {
				r.Settled(i, b, nil)
				settled++
			}
			r.Drained(none)
		}()
		synctest.Wait()
		require.Equal(t, 4, settled, "the fifth waits")
		for i, b := range r.buffers {
			b.Push(t.Context(), noClock{}, "late") // too late where it is settled
			if i < 5 {
				require.False(t, b.Push(t.Context(), noClock{}, "late"))
			}
		}
		r.begin()
		synctest.Wait()
		require.Equal(t, 20, settled)
		require.True(t, r.over)
		require.Len(t, r.news(), 15)
	})
}

func TestSlack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ outstanding, containers, slack int }{
		{0, 0, 0}, {8, 8, 0}, {4, 8, 0}, {16, 8, 1}, {100, 4, 12}, {1 << 40, 4, 64},
	} {
		s := outputs.New[int, string](outputs.Options{Outstanding: c.outstanding, Containers: c.containers})
		require.Equal(t, c.slack, s.Slack(), "%+v", c)
	}
}

// TestReaderLeaves: whoever waits for it is told so, and the run is stopped and joined.
func TestReaderLeaves(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := read(outputs.Options{Unordered: unordered, Outstanding: 10, Containers: 10}, 4)
			r.leaveAt = 2
			r.push(t, 0, "p", "q", "r")
			stopped := make(chan struct{})
			more, joined := true, false
			go func() {
				for i := 0; more; i++ {
					more = r.Settled(i, r.buffers[i], nil)
				}
				<-stopped
				joined = true
				r.Drained(none)
			}()
			r.begin()
			require.Equal(t, []string{"0.0=p", "0.1=q"}, r.news())
			require.True(t, r.over)
			require.True(t, more, "it waits for a reader that may still come")
			r.Leave(func() { close(stopped) })
			require.True(t, joined)
			require.False(t, more)
			require.False(t, r.Settled(3, r.buffers[3], nil))
		})
	}
}
