package arch

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const (
	root   = "../.."
	module = "github.com/longshore-go/longshore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestImportDirections(t *testing.T) {
	t.Parallel()
	markdown, err := os.ReadFile(root + "/CONTRIBUTING.md")
	require.NoError(t, err)
	rows, err := parseTable(string(markdown))
	require.NoError(t, err, "CONTRIBUTING.md")
	files, err := readTree(os.DirFS(root))
	require.NoError(t, err)
	for _, complaint := range compare(rows, files) {
		t.Error(complaint)
	}
	require.Empty(t, unused(rows, files), "allowed in CONTRIBUTING.md and not used")
}

// compare lists what is wrong: packages without a row, rows without a package, and
// imports that the table does not allow.
func compare(rows []row, files []file) []string {
	var complaints []string
	used := map[string]bool{testFiles: true}
	for _, f := range files {
		r, ok := find(rows, f.pkg())
		if !ok {
			complaints = append(complaints, fmt.Sprintf("%s: package %s has no row in CONTRIBUTING.md", f.name, f.pkg()))
			continue
		}
		used[r.pkg] = true
		for _, imported := range f.imports {
			if !allowed(rows, r, f, imported) {
				complaints = append(complaints, fmt.Sprintf("%s: %s may not import %s", f.name, f.pkg(), imported))
			}
		}
	}
	for _, r := range rows {
		if !used[r.pkg] {
			complaints = append(complaints, fmt.Sprintf("CONTRIBUTING.md: the row %s has no package", r.pkg))
		}
	}
	return complaints
}

// allowed reports whether file f, to which row r applies, may import that path. A
// test file may also import its own package, all that its package reaches through
// others, and what the row of test files adds.
func allowed(rows []row, r row, f file, imported string) bool {
	within, ours := within(imported)
	reach, thirdParty := r.module, r.thirdParty
	if f.isTest() {
		extra, _ := find(rows, testFiles)
		reach = append(reachable(rows, r), extra.module...)
		reach = append(reach, f.pkg())
		thirdParty = slices.Concat(thirdParty, extra.thirdParty)
	}
	switch {
	case ours:
		return slices.ContainsFunc(reach, func(pattern string) bool { return matches(pattern, within) })
	case isStandard(imported):
		return true
	default:
		return slices.ContainsFunc(thirdParty, func(prefix string) bool {
			return allowedThirdParty(prefix, imported)
		})
	}
}

// reachable lists what r may import and, in turn, what those packages may.
func reachable(rows []row, r row) []string {
	reach := slices.Clone(r.module)
	for i := 0; i < len(reach); i++ {
		next, _ := find(rows, reach[i])
		for _, name := range next.module {
			if !slices.Contains(reach, name) {
				reach = append(reach, name)
			}
		}
	}
	return reach
}

// find returns the row of a package. The exact row wins over a folder's, and of
// folders the deepest.
func find(rows []row, pkg string) (best row, ok bool) {
	for _, r := range rows {
		if r.pkg == pkg {
			return r, true
		}
		if matches(r.pkg, pkg) && len(r.pkg) > len(best.pkg) {
			best, ok = r, true
		}
	}
	return best, ok
}

// matches reads patterns as the go command does: a/... is a and all below it.
func matches(pattern, pkg string) bool {
	folder, all := strings.CutSuffix(pattern, "/...")
	return pkg == folder || all && strings.HasPrefix(pkg, folder+"/")
}

// within is an import path from the root, and reports whether it is one of ours.
func within(imported string) (path string, ours bool) {
	path, ours = strings.CutPrefix(imported+"/", module+"/")
	return strings.TrimSuffix(path, "/"), ours
}

// allowedThirdParty reads the third column; "anything" is what the standard library is not.
func allowedThirdParty(prefix, imported string) bool {
	return prefix == "anything" && !isStandard(imported) || matches(prefix+"/...", imported)
}

// isStandard goes by the rule that module paths begin with a host, hence with a dot.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}
