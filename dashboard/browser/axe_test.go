package browser

import (
	"fmt"
	"os"
	"strings"

	"github.com/stretchr/testify/require"
)

// axe is the file of axe-core, which finds what hinders people who do not see, or use no mouse.
const axe = "LONGSHORE_AXE"

// accessible requires that axe finds nothing, on a telephone, a tablet and a desk, in dark and in light. Without
// axe it requires nothing.
func (p *tab) accessible(where string) {
	p.t.Helper()
	file := os.Getenv(axe)
	if file == "" {
		return
	}
	script, err := os.ReadFile(file)
	require.NoError(p.t, err)
	ask[bool](p, string(script)+";true")
	for _, width := range []int64{390, 820, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			p.dress(width, scheme)
			found := ask[[]string](p, `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) =>
				r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 160) + " " + n.target)))`)
			p.picture(strings.ReplaceAll(fmt.Sprintf("axe-%s-%d-%s", where, width, scheme), "/", "_"))
			require.Empty(p.t, found, "%s, %d wide, %s:\n%s", where, width, scheme, strings.Join(found, "\n"))
		}
	}
}
