package arch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	rows := []row{
		{pkg: "low"},
		{pkg: "middle", module: []string{"low"}, thirdParty: []string{"x.org/pool"}},
		{pkg: "high/...", module: []string{"middle"}, thirdParty: []string{"anything"}},
		{pkg: "kit"},
		{pkg: testFiles, module: []string{"kit"}, thirdParty: []string{"x.org/check"}},
	}
	// One file of each package, so that only the case's own file can be at fault.
	sound := []file{{name: "low/a.go"}, {name: "middle/a.go"}, {name: "high/a.go"}, {name: "kit/a.go"}}

	for _, c := range []struct{ name, file, imported, want string }{
		{"standard library", "low/b.go", "encoding/json", ""},
		{"allowed package", "middle/b.go", module + "/low", ""},
		{"allowed third party", "middle/b.go", "x.org/pool/sub", ""},
		{"below a folder", "high/deep/b.go", module + "/middle", ""},
		{"anything", "high/b.go", "y.org/z", ""},
		{"test: own package", "low/b_test.go", module + "/low", ""},
		{"test: further down", "high/b_test.go", module + "/low", ""},
		{"test: test kit", "low/b_test.go", module + "/kit", ""},
		{"test: third party", "low/b_test.go", "x.org/check", ""},

		{"upwards", "low/b.go", module + "/middle", "low/b.go: low may not import " + module + "/middle"},
		{"skipping a room", "high/b.go", module + "/low", "high/b.go: high may not import " + module + "/low"},
		{"below an allowed package", "middle/b.go", module + "/low/sub", "middle/b.go: middle may not import " + module + "/low/sub"},
		{"root package", "middle/b.go", module, "middle/b.go: middle may not import " + module},
		{"third party", "low/b.go", "x.org/pool", "low/b.go: low may not import x.org/pool"},
		{"longer name", "middle/b.go", "x.org/pooled", "middle/b.go: middle may not import x.org/pooled"},
		{"kit outside a test", "low/b.go", module + "/kit", "low/b.go: low may not import " + module + "/kit"},
		{"test: upwards", "low/b_test.go", module + "/middle", "low/b_test.go: low may not import " + module + "/middle"},
		{"test: third party refused", "low/b_test.go", "x.org/pool", "low/b_test.go: low may not import x.org/pool"},
		{"no row", "new/b.go", "fmt", "new/b.go: package new has no row in CONTRIBUTING.md"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			complaints := compare(rows, append(sound[:len(sound):len(sound)], file{c.file, []string{c.imported}}))
			if c.want == "" {
				require.Empty(t, complaints)
			} else {
				require.Equal(t, []string{c.want}, complaints)
			}
		})
	}

	t.Run("row without a package", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []string{"CONTRIBUTING.md: the row middle has no package"},
			compare(rows, []file{sound[0], sound[2], sound[3]}))
	})
}
