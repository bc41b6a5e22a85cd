package mapper_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// roomy is a runtime with room for so many containers, in which each input takes a second.
type roomy struct {
	runtimeOf
	mu      sync.Mutex
	n       int
	changed chan struct{}
	open    int
	most    int // that were open at once
	over    int // opened without room
}

func withRoom(n int) *roomy {
	r := &roomy{n: n, changed: make(chan struct{})}
	r.runtimeOf = func(_ context.Context, in int) (int, error) {
		time.Sleep(time.Second)
		if in < 0 {
			return 0, errors.New("below nothing")
		}
		return in, nil
	}
	return r
}

func (r *roomy) Room() (int, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n, r.changed
}

func (r *roomy) set(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.n = n
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *roomy) now() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open
}

func (r *roomy) Open(ctx context.Context, launch supervisor.Launch) (supervisor.Instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open++; r.open > r.n {
		r.over++
	}
	r.most = max(r.most, r.open)
	return &roomyInstance{r: r}, nil
}

type roomyInstance struct {
	r    *roomy
	once sync.Once
}

func (i *roomyInstance) Run(ctx context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	for k, in := range chunk.Inputs {
		value, err := i.r.runtimeOf(ctx, in.(int))
		done(k, value, err)
	}
	return nil
}

func (i *roomyInstance) Close(context.Context) error {
	i.once.Do(func() {
		i.r.mu.Lock()
		defer i.r.mu.Unlock()
		i.r.open--
	})
	return nil
}

type runtimeOf func(context.Context, int) (int, error)

func (runtimeOf) Check(any) error { return nil }

// TestElasticAll: without Containers there are as many as there is room for.
func TestElasticAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, began := withRoom(5), time.Now()
		out, err := mapper.Collect(t.Context(), squared, ints(100), mapper.Options{Runtime: r})
		require.NoError(t, err)
		require.Equal(t, ints(100), out)
		require.Equal(t, 5, r.most)
		require.Equal(t, 20*time.Second, time.Since(began))
		require.Zero(t, r.now())
		_, err = mapper.Collect(t.Context(), squared, ints(100), mapper.Options{Runtime: r, Containers: 2})
		require.NoError(t, err)
		require.Zero(t, r.over)
		out, err = mapper.Collect(t.Context(), squared, ints(0), mapper.Options{Runtime: r})
		require.NoError(t, err)
		require.Empty(t, out)
	})
}

// TestElasticContainers: they bound it, and so do the inputs.
func TestElasticContainers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := withRoom(50)
		_, err := mapper.Collect(t.Context(), squared, ints(100), mapper.Options{Runtime: r, Containers: 2})
		require.NoError(t, err)
		require.Equal(t, 2, r.most)
		var out []int
		for res := range mapper.MapSeq(t.Context(), squared, slices.Values(ints(3)), mapper.Options{Runtime: r}) {
			require.NoError(t, res.Err)
			out = append(out, res.Value)
		}
		require.Equal(t, ints(3), out)
		require.LessOrEqual(t, r.most, 3)
	})
}

// TestElasticNoRoomAtFirst: to wait for room is no start, whatever StartTimeout says, and fails nothing.
func TestElasticNoRoomAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := withRoom(0)
		time.AfterFunc(time.Hour, func() { r.set(10) })
		run, err := mapper.Start(t.Context(), squared, slices.Values(ints(100)), mapper.Options{Runtime: r})
		require.NoError(t, err)
		require.Len(t, slices.Collect(run.All()), 100)
		require.NoError(t, run.Wait())
		require.Equal(t, 10, r.most)
		require.Zero(t, run.Stats().Pool.Crashes)
	})
}

// TestElasticChanges: containers follow the room, up and down, and none opens without.
func TestElasticChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := withRoom(2)
		run, err := mapper.Start(t.Context(), squared, slices.Values(ints(500)), mapper.Options{Runtime: r})
		require.NoError(t, err)
		for _, n := range []int{2, 8, 3, 0, 4, 1} {
			r.set(n)
			time.Sleep(5500 * time.Millisecond)
			require.Equal(t, n, r.now())
		}
		r.set(100)
		all := slices.Collect(run.All())
		require.NoError(t, run.Wait())
		require.Len(t, all, 500)
		for i, res := range all {
			require.NoError(t, res.Err)
			require.Equal(t, i, res.Value)
			require.Equal(t, 1, res.Attempts)
		}
		require.Zero(t, r.over)
		require.Zero(t, r.now())
		require.Zero(t, run.Stats().Pool.Crashes+run.Stats().Pool.Lost)
	})
}

// TestElasticEnds: a run ends whatever it waits for.
func TestElasticEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := mapper.Collect(ctx, squared, ints(10), mapper.Options{Runtime: withRoom(0)})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	synctest.Test(t, func(t *testing.T) {
		in := ints(1000)
		for i := range in[500:] {
			in[500+i] = -1
		}
		_, err := mapper.Collect(t.Context(), squared, in, mapper.Options{
			Runtime: withRoom(3), ReturnExceptions: true, FailureLimit: policy.FailureLimit{Count: 4, Soon: true},
		})
		require.ErrorAs(t, err, new(*mapper.FailureLimitError))
	})
}

// TestElasticFunction: the scale of a function is bounded by the room, and a redeploy needs none beyond it.
func TestElasticFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := withRoom(0)
		f := deploy(t, mapper.Plain(squared), mapper.Options{Runtime: r, Scale: mapper.Scale{Min: 2}})
		time.Sleep(time.Hour)
		require.Zero(t, r.most)
		for _, n := range []int{3, 1, 0, 2} {
			r.set(n)
			time.Sleep(time.Second)
			require.Equal(t, min(n, 2), r.now())
		}
		out, err := f.Collect(t.Context(), ints(100), mapper.RunOptions{})
		require.NoError(t, err)
		require.Equal(t, ints(100), out)
		require.NoError(t, f.Redeploy(t.Context(), mapper.Plain(squared)))
		require.Zero(t, r.over)
		require.NoError(t, f.Stop(t.Context()))
		require.Zero(t, r.now())
		require.Zero(t, f.Stats().Pool.Crashes)
	})
}
