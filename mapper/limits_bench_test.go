package mapper_test

import (
	"context"
	"strconv"
	"testing"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
)

// BenchmarkLimits is what an input costs that passes a limit which does not bind.
func BenchmarkLimits(b *testing.B) {
	keys := make([]string, 1000)
	for i := range keys {
		keys[i] = "host" + strconv.Itoa(i)
	}
	noop := func(_ context.Context, i int) (int, error) { return i, nil }
	plain := mapper.Plain(noop)
	for _, c := range []struct {
		name string
		body mapper.Body[int, int]
		opts mapper.Options
	}{
		{"none", plain, mapper.Options{}},
		{"Rate", plain, mapper.Options{Rate: rate.NewLimiter(1e9, 1e6)}},
		{"Keyed, 1000 keys", plain.Keyed(func(i int) string { return keys[i%1000] }, mapper.KeyLimit{Concurrency: 2}), mapper.Options{}},
		{"Weighted", plain.Weighted(func(int) int64 { return 1 }), mapper.Options{Capacity: 1000}},
		{"TotalTimeout", plain, mapper.Options{TotalTimeout: 1 << 40}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			in := ints(b.N)
			c.opts.Containers = 2
			b.ResetTimer()
			if _, err := c.body.Collect(b.Context(), in, c.opts); err != nil {
				b.Fatal(err)
			}
		})
	}
}
