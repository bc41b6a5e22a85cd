package main

import (
	"context"
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
)

// TestMain is a start that dies where the test starts it as one.
func TestMain(m *testing.M) {
	if loadAndDie() {
		return
	}
	flag.Parse()
	goleak.VerifyTestMain(m)
}

func small() config {
	return config{rows: 6_000, badEvery: 999, kills: 2, batch: mapper.Batch{Size: 100}, opts: mapper.Options{Name: "load", Containers: 2}}
}

// Killed twice, it has every good row in the table, and every bad one as a failure of its own.
func TestFinishesAfterKills(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	require.NoError(t, run(t.Context(), small(), &said))
	require.Contains(t, said.String(), "a file of 6000 orders, 6 of them bad\n")
	require.Contains(t, said.String(), "start 2: killed after some 2000 rows\n")
	require.Contains(t, said.String(), "CHECK constraint failed")
	require.Contains(t, said.String(), "cannot store TEXT value in INTEGER column")
	require.Contains(t, said.String(), "the table has all 5994 good rows, once each, and their sum is right\n")
	require.NotContains(t, said.String(), "start 3: 0 rows were recorded")
}

func TestWithoutKills(t *testing.T) {
	t.Parallel()
	c := small()
	c.kills = 0
	var said strings.Builder
	require.NoError(t, run(t.Context(), c, &said))
	require.Contains(t, said.String(), "start 1: 0 rows were recorded, 5994 were loaded")
}

// A file that breaks off is an error, and no shorter file.
func TestBrokenFile(t *testing.T) {
	t.Parallel()
	var lines []int
	var broken error
	for r, err := range readCSV(strings.NewReader("id,customer,cents\n1,a,5\n2,b,6\n3,")) {
		if broken = err; err == nil {
			lines = append(lines, r.Line)
		}
	}
	require.Equal(t, []int{2, 3}, lines)
	require.ErrorContains(t, broken, "wrong number of fields")
}

func TestRefusedFlags(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*config){
		"-rows 0 ":                func(c *config) { c.rows = 0 },
		"-bad-every 0 ":           func(c *config) { c.badEvery = 0 },
		"-kills -1":               func(c *config) { c.kills = -1 },
		"invalid Batch.Size":      func(c *config) { c.kills, c.batch.Size = 0, -1 },
		"invalid Containers -1":   func(c *config) { c.kills, c.opts.Containers = 0, -1 },
		"a start that was to die": func(c *config) { c.opts.Containers = -1 },
	} {
		c := small()
		change(&c)
		require.ErrorContains(t, run(t.Context(), c, io.Discard), want)
	}
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, small(), io.Discard), context.Canceled)
}
