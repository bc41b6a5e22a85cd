package arch

import (
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// handful is how many files of a package may use one another in a circle.
const handful = 5

// TestCircles looks for files of the mapper and its rooms that cannot be read without one
// another. A file uses another where it names what is declared there: a type, a function, a
// method, a field.
func TestCircles(t *testing.T) {
	t.Parallel()
	files, err := readTree(os.DirFS(root))
	require.NoError(t, err)
	rooms := map[string][]string{}
	for _, f := range files {
		if room := f.pkg(); !f.isTest() && (room == "mapper" || matches("mapper/internal/...", room)) {
			rooms[room] = append(rooms[room], f.name)
		}
	}
	require.Contains(t, rooms, "mapper/internal/engine")
	if build.Default.GOROOT == "" { // of -trimpath
		goroot, err := exec.Command("go", "env", "GOROOT").Output()
		require.NoError(t, err)
		build.Default.GOROOT = strings.TrimSpace(string(goroot))
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "source", nil)
	for room, names := range rooms {
		uses, err := usesIn(fset, imports, names)
		require.NoError(t, err)
		require.NotEmpty(t, uses, room)
		for _, circle := range circles(uses) {
			require.LessOrEqual(t, len(circle), handful, "%s: %v use one another", room, circle)
		}
	}
}

// usesIn is which files of a package each of them uses.
func usesIn(fset *token.FileSet, imports types.Importer, names []string) (map[string][]string, error) {
	var parsed []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, root+"/"+name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	pkg, err := (&types.Config{Importer: imports}).Check(path.Dir(names[0]), fset, parsed, info)
	if err != nil {
		return nil, err
	}
	file := func(at token.Pos) string { return path.Base(fset.Position(at).Filename) }
	uses := map[string][]string{}
	for id, used := range info.Uses {
		if used.Pkg() == pkg {
			uses[file(id.Pos())] = append(uses[file(id.Pos())], file(used.Pos()))
		}
	}
	return uses, nil
}

// circles lists the sets of files each of which uses all others, directly or not.
func circles(uses map[string][]string) [][]string {
	reached := map[string]map[string]bool{}
	for from := range uses {
		reached[from] = map[string]bool{}
		reach(uses, from, reached[from])
	}
	var all [][]string
	for _, from := range slices.Sorted(maps.Keys(uses)) {
		circle := slices.DeleteFunc(slices.Sorted(maps.Keys(reached[from])), func(to string) bool { return !reached[to][from] })
		if len(circle) > 1 && circle[0] == from { // else it is listed already
			all = append(all, circle)
		}
	}
	return all
}

// reach notes what a file uses, directly or not.
func reach(uses map[string][]string, from string, reached map[string]bool) {
	for _, to := range uses[from] {
		if !reached[to] {
			reached[to] = true
			reach(uses, to, reached)
		}
	}
}

func TestCirclesOf(t *testing.T) {
	t.Parallel()
	require.Equal(t, [][]string{{"a", "b", "c"}, {"d", "e"}}, circles(map[string][]string{
		"a": {"b"}, "b": {"c", "leaf"}, "c": {"a", "d"}, "d": {"d", "e"}, "e": {"d"}, "f": {"a", "leaf"}, "g": {"g"},
	}))
}
