package dashboard

import (
	"bufio"
	"encoding/json"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/supervisor"
)

// TestAPIDocumented: API.md names each path, parameter and field, and none besides.
func TestAPIDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("API.md")
	require.NoError(t, err)
	tables := documented(t, string(text))
	for _, v := range []any{
		apiError{},
		history.Overview{},
		history.Sums{},
		history.Loss{},
		history.Run{},
		history.Counts{},
		history.Journal{},
		history.Held{},
		history.Loop{},
		history.Incident{},
		history.Limits{},
		history.Machine{},
		history.Pool{},
		history.Setting{},
		history.Latency{},
		history.Sample{},
		history.Cause{},
		history.Crash{},
		history.Container{},
		history.ContainerStory{},
		history.MemoryUse{},
		history.MemoryAt{},
		history.StateAt{},
		history.Lane{},
		history.Block{},
		history.Line{},
		history.Input{},
		history.InputStory{},
		history.Attempt{},
		supervisor.ErrorJSON{},
		supervisor.CrashJSON{},
		readiness{},
		readyFunction{},
	} {
		typ := reflect.TypeOf(v)
		require.Equal(t, fields(typ), tables[typ.Name()], typ.Name())
		delete(tables, typ.Name())
	}
	require.Equal(t, fields(reflect.TypeFor[history.Page[int]]()), tables["Page"])
	delete(tables, "Page")
	require.Empty(t, tables, "tables of no type")
}

// TestAPIPaths: the index lists the paths that API.md has, with their parameters.
func TestAPIPaths(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("API.md")
	require.NoError(t, err)
	answer := httptest.NewRecorder()
	newAPI(history.New(history.Options{})).ServeHTTP(answer, httptest.NewRequest("GET", "/api/v1/", nil))
	var index struct {
		Version int
		Paths   []struct {
			Path       string
			Parameters []string
		}
	}
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &index))
	require.Equal(t, 1, index.Version)
	require.Len(t, index.Paths, 10)
	for _, p := range index.Paths {
		row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(p.Path) + "` \\|[^|]*\\|(.*)\\|$").FindStringSubmatch(string(text))
		require.NotNil(t, row, p.Path)
		require.Equal(t, p.Parameters, append([]string{}, strings.Fields(strings.ReplaceAll(row[1], "`", ""))...), p.Path)
		for _, parameter := range p.Parameters {
			require.Contains(t, string(text), "\n| `"+parameter+"` |", p.Path)
		}
	}
}

// fields is the names of fields in JSON, with a ? where they may be left out.
func fields(typ reflect.Type) []string {
	var all []string
	for f := range typ.Fields() {
		tag := f.Tag.Get("json")
		if tag == "" {
			continue // embedded, or not shown
		}
		name, options, _ := strings.Cut(tag, ",")
		if strings.HasPrefix(options, "omit") {
			name += " ?"
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// documented is the fields in the table below each heading of the third level.
func documented(t *testing.T, text string) map[string][]string {
	t.Helper()
	row := regexp.MustCompile("^\\| `([a-z0-9_]+)`( \\?)? \\| \\S")
	tables, heading := map[string][]string{}, ""
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "#"); ok {
			heading, _ = strings.CutPrefix(name, "## ")
		} else if m := row.FindStringSubmatch(line); m != nil && heading != "" && !strings.HasPrefix(heading, "#") && !strings.Contains(heading, " ") {
			tables[heading] = append(tables[heading], m[1]+m[2])
		}
	}
	for _, all := range tables {
		slices.Sort(all)
	}
	return tables
}
