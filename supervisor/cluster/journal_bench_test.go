package cluster_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
)

var rows = flag.Int("rows", 20_000, "how many inputs the benchmarks of journals have")

// BenchmarkJournal is inputs and values of 16 bytes: without a journal, with a new one, and with one that has them all. Its
// server is inside the process, and waits for the disk as one alone does.
func BenchmarkJournal(b *testing.B) {
	inputs := make([]string, *rows)
	for i := range inputs {
		inputs[i] = fmt.Sprintf("input%011d", i)
	}
	echo := func(_ context.Context, in string) (string, error) { return in, nil }
	r := keeping(b, cluster.Options{})
	lives := 0
	run := func(name string, opts func(n int) mapper.Options) {
		b.Run(name, func(b *testing.B) {
			began := time.Now()
			for n := range b.N {
				out, err := mapper.Collect(context.Background(), echo, inputs, opts(n))
				require.NoError(b, err)
				require.Len(b, out, len(inputs))
			}
			b.ReportMetric(float64(len(inputs)*b.N)/time.Since(began).Seconds(), "inputs/s")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys)/(1<<20), "heap-MB")
		})
	}
	kept := func(o cluster.JournalOptions) func(int) mapper.Options {
		return func(int) mapper.Options { return mapper.Options{Journal: r.Journal("a", o)} }
	}
	run("none", func(int) mapper.Options { return mapper.Options{} })
	run("new", func(int) mapper.Options {
		lives++
		return mapper.Options{Journal: r.Journal(fmt.Sprint("new-", lives), cluster.JournalOptions{})}
	})
	_, err := mapper.Collect(context.Background(), echo, inputs, kept(cluster.JournalOptions{})(0))
	require.NoError(b, err)
	run("resumed", kept(cluster.JournalOptions{}))
	run("resumed FreshOnly", kept(cluster.JournalOptions{FreshOnly: true}))
}
