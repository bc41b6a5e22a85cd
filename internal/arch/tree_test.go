package arch

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// A file is a Go file and what it imports.
type file struct {
	name    string // from the root, with slashes
	imports []string
}

// pkg is the folder of the file, the name under which the table knows it.
func (f file) pkg() string { return path.Dir(f.name) }

func (f file) isTest() bool { return strings.HasSuffix(f.name, "_test.go") }

// readTree reads the imports of every Go file that the go command would see, under
// any build constraint and in nested modules too.
func readTree(tree fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case entry.IsDir() && unseen(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		imports, err := readImports(tree, name)
		files = append(files, file{name, imports})
		return err
	})
	return files, err
}

// unseen reports whether the go command passes over folders of that name.
func unseen(folder string) bool {
	return folder == "testdata" || folder == "vendor" || folder[0] == '.' || folder[0] == '_'
}

func readImports(tree fs.FS, name string) ([]string, error) {
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		imports = append(imports, imported)
	}
	return imports, nil
}

func TestReadTree(t *testing.T) {
	t.Parallel()
	source := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	files, err := readTree(fstest.MapFS{
		"low/a.go":          source("package low\n\nimport (\n\t\"fmt\"\n\n\t_ \"x.org/y\"\n)\n"),
		"low/a_windows.go":  source("package low\n\nimport \"os\"\n"),
		"low/testdata/b.go": source("not Go"),
		".hidden/c.go":      source("not Go"),
		"README.md":         source("not Go"),
	})
	require.NoError(t, err)
	require.Equal(t, []file{
		{"low/a.go", []string{"fmt", "x.org/y"}},
		{"low/a_windows.go", []string{"os"}},
	}, files)

	_, err = readTree(fstest.MapFS{"low/a.go": source("not Go")})
	require.ErrorContains(t, err, "low/a.go")
}
