package mapper_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/longshore-go/longshore/mapper"
)

// BenchmarkRuns is an input of as many runs at once on one function, so the price of choosing between them.
func BenchmarkRuns(b *testing.B) {
	for _, runs := range []int{1, 2, 10, 100} {
		b.Run(fmt.Sprint(runs), func(b *testing.B) {
			f, err := mapper.Deploy(b.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) { return n, nil }), mapper.Options{Containers: 8})
			if err != nil {
				b.Fatal(err)
			}
			defer f.Stop(b.Context())
			in := make([]int, b.N/runs+1)
			var all sync.WaitGroup
			for range runs {
				all.Go(func() {
					if err := f.Each(b.Context(), in, mapper.RunOptions{}); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
		})
	}
}
