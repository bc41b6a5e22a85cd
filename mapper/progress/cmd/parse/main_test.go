package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.go": "package a; func f() {}; func g() {}",
		"b.go": "package b; func h() {}",
		"c.go": "package c; func (",
		"d.md": "no Go",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	var out, told strings.Builder
	bars := progress.New(&told, progress.Options{})
	require.NoError(t, run(t.Context(), dir, mapper.Options{Observer: bars}, &out))
	require.Equal(t, "3 functions in 2 files below "+dir+"\n", out.String())
	require.Contains(t, told.String(), "parse completed with 1 failure: 2 ok, 1 failed in ")

	require.Error(t, run(t.Context(), dir, mapper.Options{Containers: -1}, &out))
}
