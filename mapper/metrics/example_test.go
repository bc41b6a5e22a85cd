package metrics_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
)

// A page for Prometheus, without any library.
func ExampleRegistry_WriteText() {
	var registry metrics.Registry
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", metrics.ContentType)
		_ = registry.WriteText(w)
	})

	_ = mapper.Each(context.Background(), func(context.Context, string) error { return nil },
		[]string{"a.jpg", "b.jpg"}, mapper.Options{Name: "thumbnail", Observer: &registry})

	page := httptest.NewRecorder()
	mux.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(page.Body.String()) {
		if strings.Contains(line, "longshore_inputs_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// # HELP longshore_inputs_total Inputs settled, by state.
	// # TYPE longshore_inputs_total counter
	// longshore_inputs_total{function="thumbnail",kind="run",state="succeeded"} 2
	// longshore_inputs_total{function="thumbnail",kind="run",state="failed"} 0
	// longshore_inputs_total{function="thumbnail",kind="run",state="cancelled"} 0
}

// The same numbers as values.
func ExampleRegistry_Snapshot() {
	var registry metrics.Registry
	_ = mapper.Each(context.Background(), func(context.Context, string) error { return nil },
		[]string{"a.jpg", "b.jpg"}, mapper.Options{Name: "thumbnail", Observer: &registry})
	for _, family := range registry.Snapshot() {
		for _, sample := range family.Samples {
			if family.Name == "longshore_inputs_total" {
				fmt.Println(family.Fixed.Value, sample.Value)
			}
		}
	}
	// Output:
	// succeeded 2
	// failed 0
	// cancelled 0
}
