package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// node is one of a tree: its level, and its number on that.
type node struct{ level, number int }

// tree is the function of a tree of so many levels below the root, in which each node has so many children.
func tree(levels, children int) func(context.Context, node, func(...node)) (int, error) {
	return func(_ context.Context, n node, add func(...node)) (int, error) {
		if n.level < levels {
			for i := range children {
				add(node{n.level + 1, n.number*children + i})
			}
		}
		return n.level, nil
	}
}

func nodesOf(levels, children int) (n int) {
	for range levels {
		n = (n + 1) * children
	}
	return n + 1
}

// requireTree checks that each node came once, with an index of its own.
func requireTree(t *testing.T, all []mapper.Result[node, int], levels, children int) {
	t.Helper()
	require.Len(t, all, nodesOf(levels, children))
	seen, indices := map[node]bool{}, map[int]bool{}
	for _, r := range all {
		require.NoError(t, r.Err)
		require.Equal(t, r.Input.level, r.Value)
		require.False(t, seen[r.Input], "%v twice", r.Input)
		require.False(t, indices[r.Index], "index %d twice", r.Index)
		seen[r.Input], indices[r.Index] = true, true
		require.Less(t, r.Index, len(all))
	}
}

func TestExpandingDoors(t *testing.T) {
	t.Parallel()
	const levels, children = 4, 5
	root := []node{{}}
	for _, breadth := range []bool{false, true} {
		for _, timeout := range []time.Duration{0, time.Minute} {
			for _, unordered := range []bool{false, true} {
				for _, outstanding := range drawn(0, 1, 7) {
					body := mapper.Expanding(tree(levels, children), mapper.Frontier[node]{BreadthFirst: breadth})
					opts := mapper.Options{Containers: 4, Timeout: timeout, Unordered: unordered, Outstanding: outstanding}
					t.Run(fmt.Sprintf("breadth %v, timeout %v, unordered %v, outstanding %d", breadth, timeout, unordered, outstanding), func(t *testing.T) {
						t.Parallel()
						requireTree(t, results(body.Map(t.Context(), root, opts)), levels, children)
						all := results(body.MapSeq(t.Context(), slices.Values(root), opts))
						requireTree(t, all, levels, children)
						if !unordered {
							for i, r := range all {
								require.Equal(t, i, r.Index)
							}
						}
						run, err := body.Start(t.Context(), slices.Values(root), opts)
						require.NoError(t, err)
						requireTree(t, slices.Collect(run.All()), levels, children)
						require.NoError(t, run.Wait())
						require.Equal(t, nodesOf(levels, children), run.Stats().Inputs)
						require.Equal(t, nodesOf(levels, children), run.Stats().Taken)
						require.Zero(t, run.Stats().Frontier)
						values, err := body.Collect(t.Context(), root, opts)
						require.NoError(t, err)
						require.Len(t, values, nodesOf(levels, children))
						f := deploy(t, body, mapper.Options{Containers: 3, Timeout: timeout})
						requireTree(t, results(f.Map(t.Context(), root, mapper.RunOptions{Unordered: unordered, Outstanding: outstanding})), levels, children)
						require.NoError(t, f.Stop(t.Context()))
					})
				}
			}
		}
	}
}

// TestExpandingFailures: what an attempt without success has added is dropped, so that counts are exact.
func TestExpandingFailures(t *testing.T) {
	t.Parallel()
	const levels, children = 4, 10
	plain := tree(levels, children)
	for name, trouble := range map[string]func(){
		"an error": nil, "a crash": func() { panic("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries [levels + 1]atomic.Int64
			fn := func(ctx context.Context, n node, add func(...node)) (int, error) {
				v, err := plain(ctx, n, add)
				if tries[n.level].Add(1)%100 == 50 {
					if trouble != nil {
						trouble()
					}
					return 0, errBad
				}
				return v, err
			}
			body := mapper.Expanding(fn, mapper.Frontier[node]{})
			values, err := body.Collect(t.Context(), []node{{}}, mapper.Options{
				Containers: 4, Retries: policy.Retries{MaxRetries: 50, InitialDelay: time.Millisecond}, CrashLimit: 50,
			})
			require.NoError(t, err)
			require.Len(t, values, nodesOf(levels, children))
			var counts [levels + 1]int
			for _, v := range values {
				counts[v]++
			}
			require.Equal(t, [levels + 1]int{1, 10, 100, 1000, 10000}, counts)
		})
	}
}

// TestExpandingOrder: the latest first, or the earliest.
func TestExpandingOrder(t *testing.T) {
	t.Parallel()
	for breadth, want := range map[bool][]node{
		false: {{0, 0}, {1, 1}, {2, 3}, {2, 2}, {1, 0}, {2, 1}, {2, 0}, {0, 1}, {1, 3}, {2, 7}, {2, 6}, {1, 2}, {2, 5}, {2, 4}},
		true:  {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {1, 3}, {2, 0}, {2, 1}, {2, 2}, {2, 3}, {2, 4}, {2, 5}, {2, 6}, {2, 7}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var order []node
			plain := tree(2, 2)
			body := mapper.Expanding(func(ctx context.Context, n node, add func(...node)) (int, error) {
				order = append(order, n)
				return 0, errors.Join(during(ctx, time.Second), func() error { _, err := plain(ctx, n, add); return err }())
			}, mapper.Frontier[node]{BreadthFirst: breadth})
			_, err := body.Collect(t.Context(), []node{{0, 0}, {0, 1}}, mapper.Options{Containers: 1})
			require.NoError(t, err)
			require.Equal(t, want, order)
		})
	}
}

// TestExpandingUnique: of a graph with many ways to each node, each is visited once. The caller's own are known before any is
// added: one that is pulled after an attempt has added its like is visited again.
func TestExpandingUnique(t *testing.T) {
	t.Parallel()
	const n = 500
	for _, start := range [][]int{{0}, {0, 1, 2}} {
		pulled := make(chan struct{})
		run, err := uniqueGraph(n, pulled).Start(t.Context(), func(yield func(int) bool) {
			defer close(pulled)
			slices.Values(start)(yield)
		}, mapper.Options{Containers: 4, Unordered: true})
		require.NoError(t, err)
		seen := map[int]bool{}
		for r := range run.All() {
			require.False(t, seen[r.Input], "%d again", r.Input)
			seen[r.Input] = true
		}
		require.Len(t, seen, n)
		require.Equal(t, 3*n-(n-len(start)), run.Stats().Duplicates)
	}
	pulled := make(chan struct{})
	close(pulled)
	values, err := uniqueGraph(n, pulled).Collect(t.Context(), []int{0, 0}, mapper.Options{})
	require.NoError(t, err)
	require.Len(t, values, n+1, "the caller's own are not dropped")
}

// uniqueGraph is a graph of n nodes, none of which is visited before pulled is closed.
func uniqueGraph(n int, pulled <-chan struct{}) mapper.Body[int, int] {
	return mapper.Expanding(func(_ context.Context, i int, add func(...int)) (int, error) {
		<-pulled
		add((i*2)%n, (i*3+1)%n, (i+7)%n)
		return i, nil
	}, mapper.Frontier[int]{Unique: func(i int) string { return fmt.Sprint(i) }})
}

// TestExpandingEnds: everything that is known has its result when the run ends early.
func TestExpandingEnds(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cause := errors.New("enough")
			body := mapper.Expanding(func(ctx context.Context, n node, add func(...node)) (int, error) {
				if n.level == 0 {
					for i := range 100 {
						add(node{1, i})
					}
					return 0, nil
				}
				return 1, during(ctx, time.Second)
			}, mapper.Frontier[node]{})
			run, err := body.Start(ctx, slices.Values([]node{{}}), mapper.Options{
				Containers: 2, Outstanding: 10, ReturnExceptions: true, Unordered: unordered,
			})
			require.NoError(t, err)
			time.AfterFunc(2500*time.Millisecond, func() { cancel(cause) })
			all := slices.Collect(run.All())
			require.Equal(t, cause, run.Wait())
			indices := map[int]bool{}
			ok := 0
			for i, r := range all {
				require.False(t, indices[r.Index])
				indices[r.Index] = true
				if r.Err == nil {
					ok++
				} else {
					require.Equal(t, cause, r.Err)
				}
				if !unordered {
					require.Equal(t, i, r.Index)
				}
			}
			require.Len(t, all, 101)
			require.Equal(t, 5, ok)
		})
	}
}

// TestExpandingFirstFailure: without ReturnExceptions the first failure ends the run.
func TestExpandingFirstFailure(t *testing.T) {
	t.Parallel()
	plain := tree(4, 5)
	body := mapper.Expanding(func(ctx context.Context, n node, add func(...node)) (int, error) {
		if n.level == 3 {
			return 0, errBad
		}
		return plain(ctx, n, add)
	}, mapper.Frontier[node]{})
	for _, unordered := range []bool{false, true} {
		all := results(body.Map(t.Context(), []node{{}}, mapper.Options{Containers: 3, Unordered: unordered}))
		require.ErrorIs(t, all[len(all)-1].Err, errBad)
		for _, r := range all[:len(all)-1] {
			require.NoError(t, r.Err)
		}
	}
	_, err := body.Collect(t.Context(), []node{{}}, mapper.Options{Containers: 3})
	require.ErrorIs(t, err, errBad)
}

// TestExpandingShort: the latest first keeps the frontier short, however many nodes there are.
func TestExpandingShort(t *testing.T) {
	t.Parallel()
	const levels, children = 5, 10
	plain := tree(levels, children)
	var run atomic.Pointer[mapper.Run[node, int]]
	var calls, longest atomic.Int64
	body := mapper.Expanding(func(ctx context.Context, n node, add func(...node)) (int, error) {
		if r := run.Load(); r != nil && calls.Add(1)%200 == 0 {
			if f := int64(r.Stats().Frontier); f > longest.Load() {
				longest.Store(f)
			}
		}
		return plain(ctx, n, add)
	}, mapper.Frontier[node]{})
	r, err := body.Start(t.Context(), slices.Values([]node{{}}), mapper.Options{Containers: 8, Unordered: true})
	require.NoError(t, err)
	run.Store(r)
	n := 0
	for range r.All() {
		n++
	}
	require.Equal(t, nodesOf(levels, children), n)
	require.Positive(t, longest.Load())
	require.LessOrEqual(t, longest.Load(), int64(20_000))
}

func TestExpandingRefused(t *testing.T) {
	t.Parallel()
	body := mapper.Expanding(tree(1, 1), mapper.Frontier[node]{})
	f := deploy(t, body, mapper.Options{})
	_, err := f.Call(t.Context(), node{})
	requireField(t, "Expand", err)
	_, err = f.Spawn(t.Context(), node{})
	requireField(t, "Expand", err)
	_, err = f.SpawnAll(t.Context(), []node{{}})
	requireField(t, "Expand", err)
	plain := mapper.Plain(func(context.Context, node) (int, error) { return 0, nil })
	requireField(t, "body", f.Redeploy(t.Context(), plain))
	g := deploy(t, plain, mapper.Options{})
	requireField(t, "body", g.Redeploy(t.Context(), body))
	require.NoError(t, f.Redeploy(t.Context(), body))
	require.NoError(t, f.Stop(t.Context()))
	require.NoError(t, g.Stop(t.Context()))
	requireField(t, "fn", mapper.Expanding[node, int](nil, mapper.Frontier[node]{}).Validate())
}

// TestExpandingWithAJournal is refused: a journal does not know the inputs that attempts add.
func TestExpandingWithAJournal(t *testing.T) {
	body := mapper.Expanding(func(_ context.Context, i int, _ func(...int)) (int, error) { return i, nil }, mapper.Frontier[int]{})
	_, err := body.Collect(t.Context(), ints(1), mapper.Options{Journal: noJournal{}})
	requireField(t, "Journal", err)
}

// noJournal is one that nobody begins.
type noJournal struct{ mapper.Journal }
