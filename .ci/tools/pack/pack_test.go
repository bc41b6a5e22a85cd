package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree writes a module and another below it, which requires the first in that version.
func tree(t *testing.T, required string) (outer, inner string) {
	t.Helper()
	outer = t.TempDir()
	inner = filepath.Join(outer, "inner")
	require.NoError(t, os.Mkdir(inner, 0o777))
	for name, text := range map[string]string{
		"outer.go": "package outer\n\nconst Word = \"ahoy\"\n",
		"go.mod":   "module example.org/Outer\n\ngo 1.26.0\n",
		"inner/go.mod": "module example.org/Outer/inner\n\ngo 1.26.0\n\nrequire example.org/Outer " + required +
			"\n\nreplace example.org/Outer => ../\n",
		"inner/main.go": "package main\n\nimport \"example.org/Outer\"\n\nfunc main() { print(outer.Word) }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(outer, name), []byte(text), 0o666))
	}
	return outer, inner
}

// The go command itself takes the inner module from the proxy, and with it the outer one.
func TestPack(t *testing.T) {
	t.Parallel()
	outer, inner := tree(t, "v1.2.3")
	proxy, stranger := t.TempDir(), t.TempDir()
	require.NoError(t, pack("v1.2.3", proxy, []string{outer, inner}))

	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Dir = stranger
		cmd.Env = append(os.Environ(), "GOPROXY=file://"+filepath.ToSlash(proxy), "GOSUMDB=off", "GONOPROXY=none",
			"GOWORK=off", "GOFLAGS=-modcacherw", "GOMODCACHE="+filepath.Join(stranger, "cache"))
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	run("mod", "init", "example.org/stranger")
	run("get", "example.org/Outer/inner@latest")
	require.Equal(t, "ahoy", run("run", "example.org/Outer/inner"))
	require.Equal(t, "example.org/Outer v1.2.3\n", run("list", "-m", "example.org/Outer"))
	require.NoDirExists(t, filepath.Join(stranger, "cache/example.org/!outer@v1.2.3/inner"), "packed twice")
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	outer, inner := tree(t, "v1.2.2")
	require.ErrorContains(t, pack("v1.2.3", t.TempDir(), []string{outer, inner}),
		"example.org/Outer/inner requires example.org/Outer@v1.2.2, want v1.2.3")
	require.ErrorContains(t, pack("1.2.2", t.TempDir(), []string{outer}), "1.2.2")
	require.ErrorContains(t, pack("v1.2.2", t.TempDir(), []string{t.TempDir()}), "go.mod")
}
