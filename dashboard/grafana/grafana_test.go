package grafana

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

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

// promql is the parser that Prometheus and promtool have, as they have it without flags.
var promql = parser.NewParser(parser.Options{})

// requireQuery: the query parses, and is about metrics that there are.
func requireQuery(t *testing.T, query string, names map[string]bool) {
	t.Helper()
	query = strings.NewReplacer("$__rate_interval", "1m", "$function", ".*").Replace(query)
	parsed, err := promql.ParseExpr(query)
	require.NoError(t, err, query)
	asked := 0
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if of, ok := node.(*parser.VectorSelector); ok {
			require.True(t, names[of.Name], "%s: there is no metric %s", query, of.Name)
			asked++
		}
		return nil
	})
	require.Positive(t, asked, query)
}

// TestRules: promtool check rules says nothing of the file: fields, expressions, durations, labels and templates. The
// metrics that it asks for are there.
func TestRules(t *testing.T) {
	t.Parallel()
	rules, errs := rulefmt.ParseFile("rules.yml", false, model.UTF8Validation, promql, slog.New(slog.DiscardHandler))
	require.Empty(t, errs)
	names, alerts := served(t), map[string]time.Duration{}
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			requireQuery(t, rule.Expr, names)
			alerts[rule.Alert] = time.Duration(rule.For)
			require.NotEmpty(t, rule.Labels["severity"], rule.Alert)
			named := "$labels.function"
			if strings.Contains(rule.Expr, "longshore_machine") { // whose machines serve all functions
				named = "$labels.instance"
			}
			require.Contains(t, rule.Annotations["summary"], named)
		}
	}
	require.Equal(t, map[string]time.Duration{
		"LongshoreCrashLoop": time.Minute, "LongshoreFailures": 5 * time.Minute, "LongshoreQueueFull": time.Minute, "LongshoreNoProgress": 5 * time.Minute,
		"LongshoreMachineLost": 0, "LongshoreNoMachine": 30 * time.Second, "LongshoreFleetFull": 15 * time.Minute,
	}, alerts)
}

// TestRulesCanFail: what promtool refuses is refused.
func TestRulesCanFail(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("rules.yml")
	require.NoError(t, err)
	for was, bad := range map[string]string{
		"expr: max by":               "expr: max buy",
		"for: 1m":                    "for: a minute",
		"severity: critical":         "severity: [critical]",
		"summary: \"{{ $labels.func": "summary: \"{{ $label.func",
		"alert: LongshoreFailures":   "alarm: LongshoreFailures",
	} {
		require.Contains(t, string(text), was)
		_, errs := rulefmt.Parse([]byte(strings.Replace(string(text), was, bad, 1)), false, model.UTF8Validation, promql, slog.New(slog.DiscardHandler))
		require.NotEmpty(t, errs, bad)
	}
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
