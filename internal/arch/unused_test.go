package arch

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// An allowance is one entry of a row.
type allowance struct{ pkg, imported string }

// unused lists the allowances that no file makes use of. One that was of use once would let
// the import back in without a change of the table, where a reviewer sees it.
func unused(rows []row, files []file) []allowance {
	used := map[allowance]bool{}
	for _, f := range files {
		r, _ := find(rows, f.pkg())
		r.use(f, used)
		if f.isTest() {
			r, _ = find(rows, testFiles)
			r.use(f, used)
		}
	}
	var left []allowance
	for _, r := range rows {
		for _, imported := range slices.Concat(r.module, r.thirdParty) {
			if a := (allowance{r.pkg, imported}); !used[a] {
				left = append(left, a)
			}
		}
	}
	return left
}

// use marks the allowances of the row that a file makes use of.
func (r row) use(f file, used map[allowance]bool) {
	for _, imported := range f.imports {
		within, ours := within(imported)
		for _, pattern := range r.module {
			if ours && matches(pattern, within) {
				used[allowance{r.pkg, pattern}] = true
			}
		}
		for _, prefix := range r.thirdParty {
			if !ours && allowedThirdParty(prefix, imported) {
				used[allowance{r.pkg, prefix}] = true
			}
		}
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	rows := []row{
		{pkg: "low"},
		{pkg: "middle", module: []string{"low"}, thirdParty: []string{"x.org/pool", "x.org/unused"}},
		{pkg: "high/...", module: []string{"low", "middle", "high/..."}, thirdParty: []string{"anything"}},
		{pkg: testFiles, module: []string{"low"}, thirdParty: []string{"x.org/check", "x.org/wrong"}},
	}
	files := []file{
		{"low/a_test.go", []string{"x.org/check", "x.org/wrong-name"}},
		{"middle/a.go", []string{"slices", "x.org/pool/sub"}},
		{"high/deep/a_test.go", []string{module + "/middle", "testing"}},
	}
	require.Equal(t, []allowance{
		{"middle", "low"},
		{"middle", "x.org/unused"},
		{"high/...", "low"},
		{"high/...", "high/..."},
		{"high/...", "anything"},
		{"*_test.go", "low"},
		{"*_test.go", "x.org/wrong"},
	}, unused(rows, files))

	require.Empty(t, unused(rows, append(files,
		file{"middle/b.go", []string{module + "/low", "x.org/unused"}},
		file{"high/b_test.go", []string{module + "/low", module + "/high/deep", "x.org/wrong/sub", "y.org/z"}},
	)))
}
