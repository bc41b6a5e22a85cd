package dashboard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

var update = flag.Bool("update", false, "write the golden files of the API")

// ask is a GET.
func ask(h http.Handler, path string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer
}

// decode is the answer to a GET that succeeds.
func decode[T any](t *testing.T, h http.Handler, path string) T {
	t.Helper()
	answer := ask(h, path)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body)
	var v T
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &v))
	return v
}

// apiWork fails input 2 once and input 3 for good.
func apiWork(ctx context.Context, i int) (int, error) {
	select {
	case <-time.After(time.Duration(1500+i) * time.Millisecond):
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
	a, _ := mapper.AttemptFrom(ctx)
	switch {
	case i == 2 && a.Attempt == 1:
		return 0, errors.New("page 2: too many requests")
	case i == 3:
		return 0, policy.Permanent(fmt.Errorf("page %d: no such page <%d>", i, i))
	}
	return i, nil
}

// apiRun is a run that has ended.
func apiRun(t *testing.T) (http.Handler, uint64) {
	t.Helper()
	b := history.New(history.Options{Describe: func(input any) string { return fmt.Sprint("page ", input) }})
	_, err := mapper.Collect(t.Context(), apiWork, []int{0, 1, 2, 3, 4, 5}, mapper.Options{
		Name: "fetch", Containers: 1, ReturnExceptions: true, Observer: b,
		Retries: policy.Retries{MaxRetries: 2, InitialDelay: 2 * time.Second},
	})
	require.Error(t, err)
	synctest.Wait()
	return newAPI(b), b.Overview(history.RunFilter{}).Runs[0].ID
}

// TestAPIGolden: the answers about one small run, to the letter.
func TestAPIGolden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, id := apiRun(t)
		for name, path := range map[string]string{
			"runs": "/api/v1/runs", "run": "/api/v1/runs/%d",
			"containers": "/api/v1/runs/%d/containers?ended=true", "container": "/api/v1/runs/%d/containers/0",
			"inputs": "/api/v1/runs/%d/inputs", "failed": "/api/v1/runs/%d/inputs?state=failed",
			"input": "/api/v1/runs/%d/inputs/2", "healthz": "/healthz", "readyz": "/readyz",
		} {
			if strings.Contains(path, "%d") {
				path = fmt.Sprintf(path, id)
			}
			answer := ask(h, path)
			require.Equal(t, http.StatusOK, answer.Code, path)
			requireGolden(t, name, answer.Body.Bytes(), id)
		}
	})
}

// requireGolden compares an answer with its file. Numbers of runs count up in the process, and
// keys of causes belong to one version of the program.
func requireGolden(t *testing.T, name string, body []byte, id uint64) {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, body, "", "  "))
	got := regexp.MustCompile(fmt.Sprintf(`"(id|run|most)": %d\b`, id)).ReplaceAllString(text.String(), `"$1": 1`)
	got = regexp.MustCompile(`"start": "[A-Z2-7]{10}"`).ReplaceAllString(got, `"start": "…"`)
	got = regexp.MustCompile(`"(key|cause)": "[0-9a-f]{16}"`).ReplaceAllString(got, `"$1": "…"`)
	file := filepath.Join("testdata", "api", name+".json")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, name)
}

// TestAPIFilters: each parameter leaves out what it should.
func TestAPIFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, id := apiRun(t)
		for query, want := range map[string]int{
			"": 1, "?status=completed_with_failures": 1, "?status=running": 0, "?status=stopped": 0, "?q=FET": 1, "?q=crop": 0,
			"?parent=99999": 0, "?status=waiting": 0, "?status=completed_with_failures&q=fetch": 1,
		} {
			o := decode[history.Overview](t, h, "/api/v1/runs"+query)
			require.Equal(t, []int{want, want}, []int{o.Total, len(o.Runs)}, query)
			require.Equal(t, 1, o.Ended)
		}
		run := decode[history.Run](t, h, fmt.Sprintf("/api/v1/runs/%d", id))
		for query, want := range map[string]string{
			"": "[3 2 5 4 1 0]", "?state=succeeded": "[2 5 4 1 0]", "?state=failed": "[3]", "?state=pending": "[]",
			"?q=PAGE+4": "[4]", "?q=no+such": "[3]", "?cause=" + run.Causes[1].Key: "[2]", "?cause=" + run.Causes[0].Key: "[3]", "?cause=0": "[]",
			"?container=0": "[3 2 5 4 1 0]", "?container=1": "[]", "?offset=1&limit=2": "[2 5]", "?offset=9": "[]", "?limit=500": "[3 2 5 4 1 0]",
		} {
			page := decode[history.Page[history.Input]](t, h, fmt.Sprintf("/api/v1/runs/%d/inputs%s", id, query))
			got := []int{}
			for _, in := range page.Items {
				got = append(got, in.Index)
			}
			require.Equal(t, want, fmt.Sprint(got), query)
		}
		for query, want := range map[string]int{
			"": 0, "?ended=true": 1, "?ended=false": 0, "?ended=true&state=stopped": 1, "?ended=true&state=crashed": 0, "?state=idle": 0,
		} {
			page := decode[history.Page[history.Container]](t, h, fmt.Sprintf("/api/v1/runs/%d/containers%s", id, query))
			require.Len(t, page.Items, want, query)
			require.NotNil(t, page.Items)
		}
	})
}

// TestAPIRefuses: what is wrong with a request is named.
func TestAPIRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, id := apiRun(t)
		for _, c := range []struct {
			path, field string
			status      int
		}{
			{"/api/v1/runs?limit=0", "limit", 400},
			{"/api/v1/runs?limit=501", "limit", 400},
			{"/api/v1/runs?limit=ten", "limit", 400},
			{"/api/v1/runs?offset=-1", "offset", 400},
			{"/api/v1/runs?offset=99999999999999999999", "offset", 400},
			{"/api/v1/runs?status=crashed", "status", 400},
			{"/api/v1/runs?parent=0", "parent", 400},
			{"/api/v1/runs?parent=x", "parent", 400},
			{"/api/v1/runs?q=a&q=b", "q", 400},
			{"/api/v1/runs?q=" + strings.Repeat("x", 201), "q", 400},
			{"/api/v1/runs?page=2", "page", 400},
			{"/api/v1/runs?q=%zz", "", 400},
			{"/api/v1/runs/0", "id", 400},
			{"/api/v1/runs/one", "id", 400},
			{"/api/v1/runs/99999", "id", 404},
			{"/api/v1/runs/%d?limit=1", "limit", 400},
			{"/api/v1/runs/99999/containers", "id", 404},
			{"/api/v1/runs/x/containers", "id", 400},
			{"/api/v1/runs/%d/containers?state=ready", "state", 400},
			{"/api/v1/runs/%d/containers?ended=1", "ended", 400},
			{"/api/v1/runs/%d/containers/77", "container", 404},
			{"/api/v1/runs/%d/containers/-1", "container", 400},
			{"/api/v1/runs/99999/inputs", "id", 404},
			{"/api/v1/runs/%d/inputs?state=idle", "state", 400},
			{"/api/v1/runs/%d/inputs?container=-1", "container", 400},
			{"/api/v1/runs/%d/inputs/6", "index", 404},
			{"/api/v1/runs/%d/inputs/x", "index", 400},
			{"/api/v1/runs/99999/inputs/0", "index", 404},
			{"/api/v1/runs/%d/nothing", "", 404},
			{"/api/v2/", "", 404},
			{"/readyz?function=nobody", "function", 404},
			{"/healthz?verbose=1", "verbose", 400},
		} {
			path := c.path
			if strings.Contains(path, "%d") {
				path = fmt.Sprintf(path, id)
			}
			answer := ask(h, path)
			var body apiFailure
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body), path)
			require.Equal(t, c.status, answer.Code, path)
			require.Equal(t, []any{c.status, c.field}, []any{body.Error.Status, body.Error.Field}, path)
			require.NotEmpty(t, body.Error.Text)
		}
	})
}

// TestAPIMethods: it is read only, and is kept by nobody.
func TestAPIMethods(t *testing.T) {
	t.Parallel()
	h := newAPI(history.New(history.Options{}))
	for _, path := range []string{"/api/v1/", "/api/v1/runs", "/api/v1/runs/1", "/healthz", "/readyz"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
			require.Equal(t, http.StatusMethodNotAllowed, answer.Code)
			require.Equal(t, "GET, HEAD", answer.Header().Get("Allow"))
		}
	}
	server := httptest.NewServer(h)
	defer server.Close()
	head, err := server.Client().Head(server.URL + "/api/v1/runs")
	require.NoError(t, err)
	require.NoError(t, head.Body.Close())
	require.Equal(t, http.StatusOK, head.StatusCode)
	require.Positive(t, head.ContentLength)
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "application/json",
	} {
		require.Equal(t, want, head.Header.Get(name))
	}
	server.Client().CloseIdleConnections()
}

// FuzzAPIQuery: whatever is asked, the answer is JSON with a status that fits.
func FuzzAPIQuery(f *testing.F) {
	for _, seed := range []string{
		"", "limit=1", "limit=0", "offset=3&limit=500", "q=%ff", "status=running", "state=failed&cause=x", "ended=true",
		"container=0", "limit=1;offset=2", "q=a&q=b", "%", "parent=18446744073709551615", "function=x", "offset=9223372036854775807",
	} {
		f.Add(seed)
	}
	b := history.New(history.Options{})
	_, err := mapper.Collect(context.Background(), func(context.Context, int) (int, error) { return 0, nil }, []int{1, 2, 3}, mapper.Options{Observer: b})
	require.NoError(f, err)
	h, id := newAPI(b), b.Overview(history.RunFilter{}).Runs[0].ID
	paths := []string{"/api/v1/", "/api/v1/runs", "/readyz"}
	for _, path := range []string{"", "/containers", "/containers/0", "/inputs", "/inputs/1"} {
		paths = append(paths, fmt.Sprintf("/api/v1/runs/%d%s", id, path))
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range paths {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.URL.RawQuery = query
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, r)
			var body struct{ Error *apiError }
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body))
			require.Contains(t, []int{200, 400, 404}, answer.Code)
			require.Equal(t, answer.Code != 200, body.Error != nil)
		}
	})
}

// TestAPIHostile: whatever a program calls itself and its errors, the answer is one JSON value.
func TestAPIHostile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const nasty = "</script>\x1b[31m\u202e\u2028\x00\xff\"'"
		b := history.New(history.Options{Describe: func(any) string { return nasty }})
		_, err := mapper.Collect(t.Context(), func(_ context.Context, i int) (int, error) {
			if i == 0 {
				panic(nasty)
			}
			return 0, errors.New(nasty + strings.Repeat("x", 1<<20))
		}, []int{0, 1}, mapper.Options{Name: nasty, Containers: 1, ReturnExceptions: true, Observer: b})
		require.Error(t, err)
		synctest.Wait()
		h := newAPI(b)
		id := b.Overview(history.RunFilter{}).Runs[0].ID
		for _, path := range []string{"", "/containers?ended=true", "/containers/0", "/inputs", "/inputs/0", "/inputs/1"} {
			answer := ask(h, fmt.Sprintf("/api/v1/runs/%d%s", id, path))
			require.Equal(t, http.StatusOK, answer.Code)
			require.True(t, json.Valid(answer.Body.Bytes()))
			require.Less(t, answer.Body.Len(), 100_000)
			require.NotContains(t, answer.Body.String(), "</script>")
			require.NotContains(t, answer.Body.String(), "\x1b")
		}
	})
}
