package grafana

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// served is the names of the metrics that a dashboard serves, with those of their parts.
func served(t *testing.T) map[string]bool {
	t.Helper()
	d := dashboard.New(dashboard.Options{})
	defer d.Close()
	_, err := mapper.Collect(t.Context(), func(_ context.Context, n int) (int, error) { return n, nil }, []int{1}, mapper.Options{Name: "f", Observer: d})
	require.NoError(t, err)
	answer := httptest.NewRecorder()
	d.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`).FindAllStringSubmatch(answer.Body.String(), -1) {
		names[m[1]] = true
		if m[2] == "histogram" {
			names[m[1]+"_bucket"] = true
		}
	}
	require.NotEmpty(t, names)
	return names
}

// requireQuery: the query parses, and is about metrics that there are.
func requireQuery(t *testing.T, query string, names map[string]bool) {
	t.Helper()
	query = strings.NewReplacer("$__rate_interval", "1m", "$function", ".*").Replace(query)
	parsed, err := metricsql.Parse(query)
	require.NoError(t, err, query)
	asked := 0
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		if m, ok := e.(*metricsql.MetricExpr); ok {
			for _, filters := range m.LabelFilterss {
				require.Equal(t, "__name__", filters[0].Label, query)
				require.True(t, names[filters[0].Value], "%s: there is no metric %s", query, filters[0].Value)
				asked++
			}
		}
	})
	require.Positive(t, asked, query)
}

// TestRules: the file has what Prometheus knows and nothing else.
func TestRules(t *testing.T) {
	t.Parallel()
	file, err := os.Open("rules.yml")
	require.NoError(t, err)
	defer file.Close()
	var rules struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&rules))
	names, alerts := served(t), map[string]time.Duration{}
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			requireQuery(t, rule.Expr, names)
			lasts, err := time.ParseDuration(rule.For)
			require.NoError(t, err)
			alerts[rule.Alert] = lasts
			require.NotEmpty(t, rule.Labels["severity"], rule.Alert)
			require.Contains(t, rule.Annotations["summary"], "$labels.function")
		}
	}
	require.Equal(t, map[string]time.Duration{
		"LongshoreCrashLoop": time.Minute, "LongshoreFailures": 5 * time.Minute, "LongshoreQueueFull": time.Minute, "LongshoreNoProgress": 5 * time.Minute,
	}, alerts)
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var board struct {
		Title, UID  string
		Annotations struct{ List []struct{ Expr string } }
		Panels      []struct {
			ID      int
			Title   string
			Type    string
			GridPos struct{ H, W, X, Y int }
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &board))
	require.Equal(t, []string{"Longshore", "longshore"}, []string{board.Title, board.UID})
	names, places := served(t), map[[2]int]bool{}
	for _, panel := range board.Panels {
		require.NotEmpty(t, panel.Targets, panel.Title)
		for _, target := range panel.Targets {
			requireQuery(t, target.Expr, names)
			require.NotEmpty(t, target.LegendFormat)
		}
		at := [2]int{panel.GridPos.X, panel.GridPos.Y}
		require.False(t, places[at], "%s is on top of another", panel.Title)
		places[at] = true
	}
	for _, annotation := range board.Annotations.List {
		requireQuery(t, annotation.Expr, names)
	}
}
