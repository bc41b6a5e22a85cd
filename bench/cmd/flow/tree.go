package main

import (
	"context"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// tree is a walk through a tree of which each node has ten children, down to a depth.
func tree(scale float64) scene {
	depth, nodes := 1, 11
	for float64(nodes) < 1_000_000*scale {
		depth, nodes = depth+1, nodes*10+1
	}
	each := func(who string, do func(context.Context) (int, error)) way {
		return way{who, func(ctx context.Context) ([]figure, error) {
			begin := time.Now()
			n, err := do(ctx)
			return []figure{{"ns a node", float64(time.Since(begin)) / float64(n)}, {"nodes", float64(n)}}, err
		}}
	}
	return scene{"a tree of ten children a node", "≤ 40 ns", []way{
		each("by hand, a mutex and a condition", func(context.Context) (int, error) { return walk(depth), nil }),
		each("Longshore, Expanding", func(ctx context.Context) (int, error) {
			body := mapper.Expanding(func(_ context.Context, left int, add func(...int)) (struct{}, error) {
				if left > 0 {
					for range 10 {
						add(left - 1)
					}
				}
				return struct{}{}, nil
			}, mapper.Frontier[int]{})
			all, err := body.Collect(ctx, []int{depth}, mapper.Options{Containers: 2})
			return len(all), err
		}),
	}}
}

// walk has two goroutines take nodes from a stack.
func walk(depth int) (nodes int) {
	var mu sync.Mutex
	news := sync.NewCond(&mu)
	stack, busy := []int{depth}, 0
	var walkers sync.WaitGroup
	for range 2 {
		walkers.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for {
				for len(stack) == 0 && busy > 0 {
					news.Wait()
				}
				if len(stack) == 0 {
					news.Broadcast()
					return
				}
				left := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				nodes++
				busy++
				mu.Unlock()
				var children []int
				if left > 0 {
					children = []int{left - 1, left - 1, left - 1, left - 1, left - 1, left - 1, left - 1, left - 1, left - 1, left - 1}
				}
				mu.Lock()
				busy--
				stack = append(stack, children...)
				if len(children) > 0 || busy == 0 {
					news.Broadcast()
				}
			}
		})
	}
	walkers.Wait()
	return nodes
}
