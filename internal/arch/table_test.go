package arch

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	header    = "Package | May import from this module | Third party"
	testFiles = "*_test.go" // the row of what test files may import besides
)

// A row says what one package, or every package below one folder, may import.
type row struct {
	pkg        string   // a folder from the root, with "/..." for all below; or testFiles
	module     []string // packages of this module, written as in pkg
	thirdParty []string // path prefixes, or the single word "anything"
}

// parseTable finds the table by its header and reads it. A row may name only
// itself and rows above it, which is what makes the imports point one way.
func parseTable(markdown string) ([]row, error) {
	var rows []row
	found := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case !found:
			found = strings.Trim(line, "| ") == header
		case !strings.HasPrefix(line, "|"):
			return rows, nil
		case strings.Trim(line, "|-: ") == "":
		default:
			r, err := parseRow(line)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(rows, func(above row) bool { return above.pkg == r.pkg }) {
				return nil, fmt.Errorf("%s has two rows", r.pkg)
			}
			rows = append(rows, r)
			if err := namesOnlyAbove(rows); err != nil {
				return nil, err
			}
		}
	}
	if !found {
		return nil, fmt.Errorf("no table with the header %q", header)
	}
	return rows, nil
}

func parseRow(line string) (row, error) {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	if len(cells) != 3 {
		return row{}, fmt.Errorf("%d cells, want 3: %s", len(cells), line)
	}
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(cell, "`", ""))
		if cells[i] == "" {
			return row{}, fmt.Errorf("an empty cell, want \"nothing\": %s", line)
		}
	}
	return row{cells[0], names(cells[1]), names(cells[2])}, nil
}

func names(cell string) []string {
	if cell == "nothing" {
		return nil
	}
	list := strings.Split(cell, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// namesOnlyAbove checks the last row against the ones before it.
func namesOnlyAbove(rows []row) error {
	last := rows[len(rows)-1]
	for _, name := range last.module {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.pkg == name }) {
			return fmt.Errorf("the row of %s names %q, which has no row above it", last.pkg, name)
		}
	}
	return nil
}

func TestParseTable(t *testing.T) {
	t.Parallel()
	rows, err := parseTable("# Imports\n\n" + `
| Package | May import from this module | Third party |
| --- | --- | --- |
| ` + "`low`" + ` | nothing | nothing |
| ` + "`high/...`" + ` | ` + "`low`, `high/...`" + ` | ` + "`golang.org/x/sync`" + ` |

| ` + "`other`" + ` | of another table | ignored |
`)
	require.NoError(t, err)
	require.Equal(t, []row{
		{pkg: "low"},
		{pkg: "high/...", module: []string{"low", "high/..."}, thirdParty: []string{"golang.org/x/sync"}},
	}, rows)
}

func TestParseTableFails(t *testing.T) {
	t.Parallel()
	const head = "| " + header + " |\n| --- | --- | --- |\n"
	for _, c := range []struct{ name, markdown, want string }{
		{"no table", "# Imports\n", "no table"},
		{"two cells", head + "| low | nothing |\n", "2 cells, want 3"},
		{"empty cell", head + "| low | | nothing |\n", "an empty cell"},
		{"two rows", head + "| low | nothing | nothing |\n| low | nothing | nothing |\n", "low has two rows"},
		{"no such row", head + "| high | lwo | nothing |\n", `names "lwo"`},
		{"upwards", head + "| low | high | nothing |\n| high | low | nothing |\n", `row of low names "high"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseTable(c.markdown)
			require.ErrorContains(t, err, c.want)
		})
	}
}
