package arch

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// goFile is the name of a Go file in a text, with as much of its path as is given.
var goFile = regexp.MustCompile(`[\w/]+\.go\b`)

// TestNamedFiles looks for the files that ARCHITECTURE.md names: one that was renamed would
// lead nowhere.
func TestNamedFiles(t *testing.T) {
	t.Parallel()
	markdown, err := os.ReadFile(root + "/ARCHITECTURE.md")
	require.NoError(t, err)
	files, err := readTree(os.DirFS(root))
	require.NoError(t, err)
	named := goFile.FindAllString(string(markdown), -1)
	require.NotEmpty(t, named)
	require.Empty(t, missing(named, files), "named in ARCHITECTURE.md and not there")
}

// missing lists the names that no file ends with.
func missing(names []string, files []file) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(files, func(f file) bool { return strings.HasSuffix("/"+f.name, "/"+name) })
	})
}

func TestMissing(t *testing.T) {
	t.Parallel()
	files := []file{{name: "mapper/run.go"}, {name: "mapper/internal/engine/rerun.go"}}
	require.Equal(t, []string{"engine/run.go", "un.go"},
		missing([]string{"run.go", "mapper/run.go", "engine/run.go", "engine/rerun.go", "un.go"}, files))
}
