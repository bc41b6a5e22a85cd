package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/bench"
)

// TestRun goes the whole way on a few small rows: tables, JSON and chart.
func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, "out", name) }
	var out bytes.Buffer
	err := run(t.Context(), []string{
		"-rounds", "2", "-scale", "0.01", "-only", "(collect|ordered)/noop/(conc|longshore)",
		"-json", file("data.json"), "-svg", file("chart.svg"), "-md", file("tables.md"),
	}, &out, io.Discard)
	require.NoError(t, err)

	tables, err := os.ReadFile(file("tables.md"))
	require.NoError(t, err)
	require.Equal(t, out.String(), string(tables))
	require.Contains(t, out.String(), "| **floor** | **", "the floor runs along unasked")
	require.Contains(t, out.String(), "| **longshore-Collect** |")
	require.NotContains(t, out.String(), "errgroup")

	data, err := os.ReadFile(file("data.json"))
	require.NoError(t, err)
	var rep report
	require.NoError(t, json.Unmarshal(data, &rep))
	require.NotEmpty(t, rep.Rows)
	for _, r := range rep.Rows {
		for _, e := range r.Entries {
			require.Len(t, e.Samples, 2)
			require.Positive(t, e.Median.NS)
			require.Positive(t, e.Ratio)
		}
	}

	chart, err := os.ReadFile(file("chart.svg"))
	require.NoError(t, err)
	require.NoError(t, wellFormed(chart))
	require.Contains(t, string(chart), "prefers-color-scheme: dark")
	require.Contains(t, string(chart), `class="bar-longshore"`)
	require.NotContains(t, string(chart), "%!", "a verb that does not fit its value")
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"-rounds 0", "-scale 0", "-only (", "-only nothing-of-this-name"} {
		require.Error(t, run(t.Context(), strings.Fields(args), io.Discard, io.Discard), args)
	}
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	entryOf := func(kind bench.Kind, ns ...float64) *entry {
		e := &entry{Kind: kind}
		for _, v := range ns {
			e.Samples = append(e.Samples, bench.Sample{NS: v})
		}
		return e
	}
	rep := &report{
		Rows:     []*row{{Entries: []*entry{entryOf(bench.Peer, 90, 10, 30), entryOf(bench.Floor, 4, 6)}}},
		Specials: []*special{{Rounds: []float64{3, 1, 2}}},
	}
	rep.summarise()
	require.InDelta(t, 30, rep.Rows[0].Entries[0].Median.NS, 0)
	require.InDelta(t, 6, rep.Rows[0].Entries[0].Ratio, 0)
	require.InDelta(t, 2, rep.Specials[0].Median, 0)
}

func TestDigits(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0: "0", 0.004: "0", 0.1: "0.1", 6.614: "6.61", 6: "6", 22.04: "22", 875.4: "875",
		1964: "1,960", 40_512: "40,500", 1_234_567: "1,230,000", -12: "-12", 999.7: "1,000",
	} {
		require.Equal(t, want, digits(v), "%v", v)
	}
}

func wellFormed(doc []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
