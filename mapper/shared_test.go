package mapper_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// communal is a runtime that is shared: it gives each pool as much as it wishes, and nothing else.
type communal struct {
	*roomy
	mu     sync.Mutex
	wishes []int
	closed int
}

func (c *communal) Share(tell func(supervisor.Event)) supervisor.Share {
	tell(supervisor.Event{Kind: supervisor.MachineJoined, Machine: "elsewhere", Count: 3, Container: -1, Lineage: -1, Input: supervisor.NoInput})
	return c
}

func (c *communal) Room(wish int) (int, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.wishes) == 0 || c.wishes[len(c.wishes)-1] != wish {
		c.wishes = append(c.wishes, wish)
	}
	_, changed := c.roomy.Room()
	return wish, changed
}

func (c *communal) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
}

// shared has the methods of a runtime and of a share apart.
type shared struct{ *communal }

func (s shared) Room() (int, <-chan struct{}) { return s.roomy.Room() }

var _ supervisor.Shared = shared{}

// TestSharedAtTheEnd: towards the end of a run a pool wishes no more containers than it has inputs for, and gives back the others;
// but not as long as more may come.
func TestSharedAtTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		ended bool
		open  int
	}{"the end": {true, 10}, "perhaps more": {false, 40}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, more := shared{&communal{roomy: withRoom(100)}}, make(chan struct{})
				r.runtimeOf = func(_ context.Context, in int) (int, error) {
					time.Sleep(time.Duration(in) * time.Second)
					return in, nil
				}
				run, err := mapper.Start(t.Context(), squared, func(yield func(int) bool) {
					for i := range 40 {
						if !yield(i + 1) {
							return
						}
					}
					if !c.ended {
						<-more
					}
				}, mapper.Options{Runtime: r})
				require.NoError(t, err)
				time.Sleep(30*time.Second + time.Millisecond) // 30 have ended
				synctest.Wait()
				require.InDelta(t, c.open, r.now(), 1)
				require.Equal(t, r.now(), r.wishes[len(r.wishes)-1])
				close(more)
				n := 0
				for result := range run.All() {
					require.NoError(t, result.Err)
					n++
				}
				require.Equal(t, 40, n)
				require.Equal(t, 40, r.most)
				require.Zero(t, r.now())
			})
		})
	}
}

// TestShared: a pool wishes as many containers as it has work for, in a function with none at all too, and says when it is over.
func TestShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := shared{&communal{roomy: withRoom(100)}}
		out, err := mapper.Collect(t.Context(), squared, ints(3), mapper.Options{Runtime: r})
		require.NoError(t, err)
		require.Equal(t, ints(3), out)
		require.Equal(t, 3, slices.Max(r.wishes))
		require.Equal(t, 3, r.most)
		require.Equal(t, 1, r.closed)

		r = shared{&communal{roomy: withRoom(100)}}
		f := deploy(t, mapper.Plain(squared), mapper.Options{Runtime: r, Scale: mapper.Scale{Max: 8}})
		synctest.Wait()
		require.Equal(t, []int{0}, r.wishes)
		v, err := f.Call(t.Context(), 5)
		require.NoError(t, err)
		require.Equal(t, 5, v)
		synctest.Wait() // the pool may wish again
		require.Contains(t, r.wishes, 1)
		calls, err := f.SpawnAll(t.Context(), ints(50))
		require.NoError(t, err)
		_, err = mapper.Gather(t.Context(), calls...)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, 8, slices.Max(r.wishes))
		require.Equal(t, 8, r.most)
		require.Zero(t, r.closed)
		require.NoError(t, f.Stop(t.Context()))
		require.Equal(t, 1, r.closed)
	})
}
