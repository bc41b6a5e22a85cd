package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// programs are the folders of what nobody imports: its goroutines end with it.
var programs = []string{"bench", "examples", "internal/soak", "internal/runtimes"}

// TestNamedGoroutines looks for the files with a go statement in ARCHITECTURE.md, which says who
// joins it. (The others are started by a WaitGroup or an errgroup, which is the owner.)
func TestNamedGoroutines(t *testing.T) {
	t.Parallel()
	markdown, err := os.ReadFile(root + "/ARCHITECTURE.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(markdown), "\n## Goroutines\n")
	section, _, ended := strings.Cut(section, "\n## ")
	require.True(t, found && ended)
	starters, err := starters(os.DirFS(root))
	require.NoError(t, err)
	require.NotEmpty(t, starters)
	require.Empty(t, unnamed(starters, goFile.FindAllString(section, -1)), "start goroutines that ARCHITECTURE.md does not name")
}

// unnamed lists the files that no name stands for.
func unnamed(files, names []string) []string {
	return slices.DeleteFunc(files, func(file string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix("/"+file, "/"+name) })
	})
}

// starters lists the files, but those of tests and programs, that have a go statement.
func starters(tree fs.FS) ([]string, error) {
	files, err := readTree(tree)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, f := range files {
		if f.isTest() || slices.ContainsFunc(programs, func(folder string) bool { return matches(folder+"/...", f.pkg()) }) {
			continue
		}
		source, err := fs.ReadFile(tree, f.name)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if hasGo(parsed) {
			all = append(all, f.name)
		}
	}
	return all, nil
}

func hasGo(file *ast.File) (found bool) {
	ast.Inspect(file, func(n ast.Node) bool {
		_, ok := n.(*ast.GoStmt)
		found = found || ok
		return !found
	})
	return found
}

func TestStarters(t *testing.T) {
	t.Parallel()
	source := func(body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("package p\nfunc f() {\n" + body + "\n}")}
	}
	got, err := starters(fstest.MapFS{
		"low/a.go": source("go f()"), "low/b.go": source("f() // go f()"), "low/a_test.go": source("go f()"),
		"bench/a.go": source("go f()"), "high/a.go": source("if true { go func() {}() }"),
	})
	require.NoError(t, err)
	require.Equal(t, []string{"high/a.go", "low/a.go"}, got)
	require.Equal(t, []string{"high/a.go"}, unnamed(got, []string{"low/a.go", "gh/a.go"}))
}
