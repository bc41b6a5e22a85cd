package screen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Words that readers of pages have stumbled over. What is called a lineage within is a slot on a page.
var refused = []string{"paid back", "known one by one", "nobody knows how long", "lineage", "ended and kept", "forget the crashes and start at once"}

// TestWords: no page says them: no template, and nothing that the program says in a template's place.
func TestWords(t *testing.T) {
	t.Parallel()
	fails := func(where, text string) {
		for _, word := range refused {
			require.NotContains(t, strings.ToLower(text), word, where)
		}
	}
	require.NoError(t, fs.WalkDir(templates, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(templates, path)
		fails(path, strings.ReplaceAll(string(text), ".Lineage", "")) // a field
		return err
	}))
	files, err := filepath.Glob("../*/*.go")
	require.NoError(t, err)
	more, err := filepath.Glob("../../*.go")
	require.NoError(t, err)
	said := 0
	for _, path := range append(files, more...) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if _, ok := n.(*ast.Field); ok {
				return false // its tag is for programs
			}
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				fails(path, text.Value)
				said++
			}
			return true
		})
	}
	require.Greater(t, said, 500)
}
