package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/dashboard"
)

// TestMain is the program where the test starts it.
func TestMain(m *testing.M) {
	if os.Getenv(workerOf) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestFleet(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	board := dashboard.New(dashboard.Options{})
	defer board.Close()
	require.NoError(t, call(t.Context(), board, &out))
	require.Contains(t, out.String(), "a worker is killed\n2000 of 2000 squares are right, ")
	require.Contains(t, out.String(), ", 0 crashes were charged\n")

	get := func(path string) string {
		answer := httptest.NewRecorder()
		board.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil))
		require.Equal(t, http.StatusOK, answer.Code)
		return answer.Body.String()
	}
	var all struct {
		Runs []struct{ ID int }
	}
	require.NoError(t, json.Unmarshal([]byte(get("/api/v1/runs")), &all))
	require.Len(t, all.Runs, 1)
	run := fmt.Sprintf("/runs/%d", all.Runs[0].ID)
	require.Contains(t, get("/api/v1"+run), `"state":"lost","slots":4`)
	require.Regexp(t, `Machines</h2>[^$]*\(pid \d+\)[^$]*lost`, get(run))
	require.Regexp(t, `on <bdi>[^<]+ \(pid \d+\)`, get(run+"/containers?ended=1"))
}
