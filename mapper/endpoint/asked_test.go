package endpoint_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

// moody does what it says when it is read or written, or when its error is asked about.
type moody string

var stuck chan struct{} // of the test that runs

func (m moody) do(where string) {
	switch string(m) {
	case where + " panics":
		panic("no mood")
	case where + " leaves":
		runtime.Goexit()
	case where + " blocks":
		<-stuck
	}
}

func (m moody) Error() string                { return string(m) }
func (m moody) MarshalText() ([]byte, error) { m.do("encoding"); return []byte(m), nil }
func (m *moody) UnmarshalText(b []byte) error {
	*m = moody(b)
	m.do("decoding")
	return nil
}

// TestMethodsOfTheProgram: whatever they do, the client gets an answer, in time.
func TestMethodsOfTheProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck = make(chan struct{})
		defer close(stuck)
		f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, m moody) (moody, error) {
			if strings.HasPrefix(string(m), "status") {
				return "", m
			}
			return m, nil
		}), mapper.Options{Containers: 1})
		require.NoError(t, err)
		defer f.Stop(context.WithoutCancel(t.Context()))
		h, err := endpoint.New(f, endpoint.Options{Timeout: 3 * time.Second, Status: func(err error) int {
			err.(moody).do("status")
			return http.StatusTeapot
		}})
		require.NoError(t, err)
		for _, where := range []string{"decoding", "status", "encoding"} {
			for what, want := range map[string]int{
				"panics": http.StatusInternalServerError, "leaves": http.StatusInternalServerError, "blocks": http.StatusGatewayTimeout,
			} {
				began, w := time.Now(), httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`"`+where+" "+what+`"`)))
				require.Equal(t, want, w.Code, "%s %s: %s", where, what, w.Body)
				require.Contains(t, w.Body.String(), `"error"`)
				require.LessOrEqual(t, time.Since(began), 3*time.Second)
			}
		}
	})
}
