package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree writes a tree with a README, in which ” stands for `, and whatever else check reads.
func tree(t *testing.T, readme string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "docs"), 0o777))
	for name, text := range map[string]string{
		"go.work":        "go 1.26.0\n\nuse (\n\t.\n)\n",
		"go.work.sum":    "",
		"go.mod":         "module example.org/ahoy\n\ngo 1.26.0\n",
		"ahoy.go":        "package ahoy\n\nconst Word = \"ahoy\"\n",
		"ahoy_test.go":   "package ahoy\n\nimport \"fmt\"\n\nfunc Example() {\n\tfmt.Println(\n\t\tWord)\n}\n",
		"docs/guide.md":  "Back to [README](../README.md#top).\n",
		"README.md":      strings.NewReplacer("'''", "```", "''", "`").Replace(readme),
		"docs/other.txt": "no page",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o666))
	}
	return root
}

const printing = `A program:

'''go
package main

import (
	"fmt"

	"example.org/ahoy"
)

func main() { fmt.Println(ahoy.Word) }
'''

'''output
ahoy
'''

'''go
package main

import "testing"

func TestNothing(*testing.T) {}
'''
`

const parts = `
<!-- given
var word string
-->

'''go decls
// shout is used below.
func shout(w string) string { return strings.ToUpper(w) }
'''

'''go body ahoy=example.org/ahoy
loud := shout(ahoy.Word) // declared, and never used
_, err := fmt.Println(word)
if err != nil {
	return err
}
var later, last int
'''

'''sh
not ours
'''

| say | [here](docs/guide.md) | ''no code of a row without a test'' |
| say | ''fmt.Println(Word)'', ''func …(Word)'' | [Example](ahoy_test.go) |
`

func TestCheck(t *testing.T) {
	t.Parallel()
	root := tree(t, printing+parts)
	require.NoError(t, check(root))

	folder := t.TempDir()
	require.NoError(t, pasteFirst(root, folder))
	pasted, err := os.ReadFile(filepath.Join(folder, "main.go"))
	require.NoError(t, err)
	require.Contains(t, printing, string(pasted))
	printed, err := os.ReadFile(filepath.Join(folder, "output.txt"))
	require.NoError(t, err)
	require.Equal(t, "ahoy\n", string(printed))
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ readme, why string }{
		"no package":      {"'''go\nfmt.Println()\n'''", "README.md:1: has no package clause"},
		"no end":          {"'''go body\nfmt.Println()\n", "README.md:1: has no end"},
		"no such word":    {"'''go bodies\n'''", "want body, decls"},
		"no Go":           {"\n'''go body\nfmt.Println(\n'''", "README.md:3: "},
		"not formatted":   {"'''go body\nfmt.Println( )\n'''", "gofmt writes it so:\nfmt.Println()"},
		"no such name":    {"\n'''go body\na := 1\nfmt.Printl(a)\n'''", "README.md:4:"},
		"another output":  {"'''go\npackage main\n\nfunc main() {}\n'''\n\n'''output\nahoy\n'''", "README.md:2: prints\n\nand not\nahoy"},
		"a program fails": {"'''go\npackage main\n\nfunc main() { panic(\"aground\") }\n'''\n'''output\n'''", "aground"},
		"a test fails": {
			"'''go\npackage main\n\nimport \"testing\"\n\nfunc TestAground(t *testing.T) { t.Fatal(\"aground\") }\n'''",
			"aground",
		},
		"a dead link":        {"[x](docs/none.md)", "README.md:1: "},
		"a dead picture":     {"<img src=\"none.png\">", "none.png"},
		"not in the Example": {"| a | `fmt.Print(Word)` | [Example](ahoy_test.go) |", "no Example that the row links to has fmt.Print(Word)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, check(tree(t, c.readme)), c.why)
		})
	}
}

func TestPasteRefuses(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, pasteFirst(tree(t, "none"), t.TempDir()), "README.md has no program")
	require.ErrorContains(t, pasteFirst(tree(t, "'''go\npackage main\n'''"), t.TempDir()), "no ```output")
}
