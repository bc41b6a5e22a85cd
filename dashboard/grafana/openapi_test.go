package grafana

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// TestOpenAPI: the description is one, and each path answers as it says, to the field.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	d := dashboard.New(dashboard.Options{})
	defer d.Close()
	get := func(path string) []byte {
		answer := httptest.NewRecorder()
		d.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		return answer.Body.Bytes()
	}
	spec, err := openapi3.NewLoader().LoadFromData(get("/api/v1/openapi.json"))
	require.NoError(t, err)
	require.NoError(t, spec.Validate(context.Background()))

	_, err = mapper.Collect(t.Context(), func(_ context.Context, n int) (int, error) {
		switch n {
		case 3:
			return 0, errors.New("no")
		case 5:
			panic("five")
		}
		return n, nil
	}, []int{0, 1, 2, 3, 4, 5, 6}, mapper.Options{Name: "f", Containers: 2, CrashLimit: 1, ReturnExceptions: true, Observer: d})
	require.Error(t, err)
	var overview struct{ Runs []struct{ ID json.Number } }
	require.NoError(t, json.Unmarshal(get("/api/v1/runs"), &overview))
	fill := strings.NewReplacer("{id}", overview.Runs[0].ID.String(), "{container}", "0", "{index}", "5")
	require.Greater(t, spec.Paths.Len(), 8)
	for path, item := range spec.Paths.Map() {
		for query, status := range map[string]string{"": "200", "?nonsense=1": "default"} {
			schema := item.Get.Responses.Value(status).Value.Content["application/json"].Schema.Value
			var body any
			require.NoError(t, json.Unmarshal(get(fill.Replace(path)+query), &body))
			require.NoError(t, schema.VisitJSON(body), path+query)
		}
	}
}
