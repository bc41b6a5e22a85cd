package endpoint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
)

type anything struct {
	Text   string
	Number int8
	Real   float32
	List   []map[string]*anything
	Any    any
	Raw    json.RawMessage
	Bytes  []byte
}

const maxBody = 1 << 12

// FuzzBody: whatever the body, it is called or refused, as encoding/json has it, and
// only the function's own error is the server's fault.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		"", "{}", "null", "[]", `{"Number":13}`, `{"number":300}`, `{"Text":1}`, `{"List":[{"a":{"List":[null]}}]}`,
		`{"Any":[1e400]}`, `{"Raw":{"x":[]},"Bytes":"////"}`, `{"Bytes":"?"}`, "{}{}", "\xff", `{"Text":"\ud800"}`,
	} {
		f.Add([]byte(body))
	}
	f.Add(bytes.Repeat([]byte(" "), maxBody+1))
	fn := deploy(f, mapper.Plain(func(_ context.Context, in anything) (anything, error) {
		if in.Number == 13 {
			return in, errors.New("unlucky")
		}
		return in, nil
	}), mapper.Options{Containers: 1})
	h := handle(f, fn, endpoint.Options{MaxBody: maxBody})
	f.Fuzz(func(t *testing.T, body []byte) {
		var in anything
		want := http.StatusOK
		switch err := json.Unmarshal(body, &in); {
		case len(body) > maxBody:
			want = http.StatusRequestEntityTooLarge
		case err != nil:
			want = http.StatusBadRequest
		case in.Number == 13:
			want = http.StatusInternalServerError
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)))
		require.Equal(t, want, w.Code, "%s", w.Body)
		if want == http.StatusOK {
			expected, err := json.Marshal(in)
			require.NoError(t, err)
			require.Equal(t, string(expected)+"\n", w.Body.String())
			return
		}
		response{w.Code, w.Header(), w.Body.String()}.problem(t)
	})
}
