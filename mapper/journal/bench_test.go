//go:build unix

package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// cpuTime is what this process has used so far.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func texts(n int) []string {
	inputs := make([]string, n)
	for i := range inputs {
		inputs[i] = fmt.Sprintf("input%011d", i)
	}
	return inputs
}

// BenchmarkCollect is a million inputs and values of 16 bytes: without a journal, with a new one,
// and with one that has them all.
func BenchmarkCollect(b *testing.B) {
	const n = 1_000_000
	inputs := texts(n)
	echo := func(_ context.Context, in string) (string, error) { return in, nil }
	run := func(b *testing.B, name string, opts mapper.Options) {
		b.Run(name, func(b *testing.B) {
			began, cpu := time.Now(), cpuTime(b)
			for range b.N {
				_, err := mapper.Collect(context.Background(), echo, inputs, opts)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(cpuTime(b)-cpu)/float64(n*b.N), "cpu-ns/input")
			b.ReportMetric(float64(n*b.N)/time.Since(began).Seconds(), "inputs/s")
		})
	}
	run(b, "none", mapper.Options{})
	for _, o := range []struct {
		name string
		o    journal.Options
	}{{"", journal.Options{}}, {"NoSync", journal.Options{NoSync: true}}} {
		path := filepath.Join(b.TempDir(), "j")
		for _, life := range []string{"new", "resumed", "resumed FreshOnly"} {
			o.o.FreshOnly = life == "resumed FreshOnly"
			j, err := journal.Open(path, o.o)
			require.NoError(b, err)
			run(b, life+o.name, mapper.Options{Journal: j})
			require.NoError(b, j.Close())
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.Log("bytes a result", info.Size()/n)
		}
	}
}
