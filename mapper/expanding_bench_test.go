package mapper_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/longshore-go/longshore/mapper"
)

// BenchmarkExpanding is a tree of 1,111,111 nodes, whose function does nothing but add ten children.
func BenchmarkExpanding(b *testing.B) {
	const nodes = 1_111_111
	for _, containers := range []int{2, 8} {
		b.Run(strconv.Itoa(containers), func(b *testing.B) {
			body := mapper.Expanding(func(_ context.Context, level int, add func(...int)) (struct{}, error) {
				if level < 6 {
					next := level + 1
					add(next, next, next, next, next, next, next, next, next, next)
				}
				return struct{}{}, nil
			}, mapper.Frontier[int]{})
			b.ReportAllocs()
			for b.Loop() {
				out, err := body.Collect(b.Context(), []int{0}, mapper.Options{Containers: containers})
				if err != nil || len(out) != nodes {
					b.Fatal(len(out), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/nodes, "ns/node")
		})
	}
}
