package endpoint_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

// Browsers send a POST for a page of any origin without asking, if it has no Content-Type or one of a form.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	f := deploy(t, mapper.Plain(nap), mapper.Options{})
	s := serve(t, handle(t, f, endpoint.Options{TrustedOrigins: []string{"https://shop.example"}}), true)
	for _, c := range []struct {
		headers map[string]string
		status  int
	}{
		{nil, http.StatusOK},
		{map[string]string{"Sec-Fetch-Site": "same-origin"}, http.StatusOK},
		{map[string]string{"Sec-Fetch-Site": "none"}, http.StatusOK},
		{map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{map[string]string{"Sec-Fetch-Site": "same-site"}, http.StatusForbidden},
		{map[string]string{"Sec-Fetch-Site": "cross-site", "Content-Type": "application/json"}, http.StatusForbidden},
		{map[string]string{"Origin": "http://evil.example"}, http.StatusForbidden},
		{map[string]string{"Origin": "null"}, http.StatusForbidden},
		{map[string]string{"Origin": s.url}, http.StatusOK},
		{map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"}, http.StatusOK},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader("0"))
		require.NoError(t, err)
		for name, value := range c.headers {
			req.Header.Set(name, value)
		}
		got := s.send(t, req)
		require.Equal(t, c.status, got.status, "%v", c.headers)
		if c.status != http.StatusOK {
			require.Contains(t, got.problem(t).Error, "TrustedOrigins")
		}
	}
	require.Equal(t, 5, f.Stats().Succeeded, "who was refused has not called")
}
