//go:build unix

package journal_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// cpuTime is what this process has used so far.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCollect is a million inputs and values of 16 bytes: without a journal, with a new one,
// and with one that has them all.
func BenchmarkCollect(b *testing.B) {
	const n = 1_000_000
	inputs := journals.Texts(n)
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

// BenchmarkWork compares runs with and without a journal, in turns: what it adds to work that is
// worth something.
func BenchmarkWork(b *testing.B) {
	busy := func(_ context.Context, in string) (string, error) {
		for began := time.Now(); time.Since(began) < 50*time.Microsecond; {
		}
		return in, nil
	}
	asleep := func(_ context.Context, in string) (string, error) {
		time.Sleep(time.Millisecond)
		return in, nil
	}
	for _, c := range []struct {
		name       string
		fn         func(context.Context, string) (string, error)
		containers int
		inputs     int
	}{{"50 µs", busy, 2, 20_000}, {"1 ms x 64", asleep, 64, 64_000}} {
		b.Run(c.name, func(b *testing.B) {
			inputs := journals.Texts(c.inputs)
			var without, with, cpuWithout, cpuWith time.Duration
			for range b.N {
				began, cpu := time.Now(), cpuTime(b)
				_, err := mapper.Collect(context.Background(), c.fn, inputs, mapper.Options{Containers: c.containers})
				require.NoError(b, err)
				without += time.Since(began)
				cpuWithout += cpuTime(b) - cpu
				j, err := journal.Open(filepath.Join(b.TempDir(), "j"), journal.Options{})
				require.NoError(b, err)
				began, cpu = time.Now(), cpuTime(b)
				_, err = mapper.Collect(context.Background(), c.fn, inputs, mapper.Options{Containers: c.containers, Journal: j})
				require.NoError(b, err)
				with += time.Since(began)
				cpuWith += cpuTime(b) - cpu
				require.NoError(b, j.Close())
			}
			b.ReportMetric(100*(float64(with)/float64(without)-1), "%more-wall")
			b.ReportMetric(100*(float64(cpuWith)/float64(cpuWithout)-1), "%more-cpu")
		})
	}
}
