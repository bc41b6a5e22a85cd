package screen

import (
	"io/fs"
	"math"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

var colour = regexp.MustCompile(`--([a-z-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\);`)

// schemes are the colours by name, light and dark.
func schemes(t *testing.T) (all [2]map[string]string) {
	t.Helper()
	sheet, err := static.ReadFile("static/page.css")
	require.NoError(t, err)
	all = [2]map[string]string{{}, {}}
	for _, m := range colour.FindAllStringSubmatch(string(sheet), -1) {
		all[0][m[1]], all[1][m[1]] = m[2], m[3]
	}
	require.Len(t, all[0], 19)
	return all
}

// luminance is that of WCAG 2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(hex, 16, 32)
	require.NoError(t, err)
	channel := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrast(t *testing.T) {
	t.Parallel()
	for i, c := range schemes(t) {
		for _, text := range []string{"ink", "quiet", "accent", "grey", "blue", "amber", "green", "red"} {
			for _, ground := range []string{"ground", "sheet", "soft"} {
				require.GreaterOrEqual(t, contrast(t, c[text], c[ground]), 4.5, "scheme %d: %s on %s", i, text, ground)
			}
		}
		for _, text := range []string{"ink", "red", "accent"} {
			require.GreaterOrEqual(t, contrast(t, c[text], c["banner"]), 4.5, "scheme %d: %s on the banner", i, text)
		}
		for _, line := range []string{"grey-fill", "blue-fill", "amber-fill", "green-fill", "red-fill"} {
			require.GreaterOrEqual(t, contrast(t, c[line], c["sheet"]), 3.0, "scheme %d: %s", i, line)
		}
	}
}

func TestStatic(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"merge.js", "live.js", "chart.js", "scheme.js"} {
		script, err := fs.ReadFile(Static(), name)
		require.NoError(t, err)
		require.NotContains(t, string(script), "http", "nothing comes from elsewhere")
	}
	for _, name := range []string{"page.css", "chart.css"} {
		sheet, err := fs.ReadFile(Static(), name)
		require.NoError(t, err)
		require.NotContains(t, string(sheet), "url(")
		require.NotContains(t, string(sheet), "@import")
	}
}
