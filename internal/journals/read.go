package journals

import (
	"bytes"
	"encoding/csv"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
)

// read: a reader says what is recorded, while a run goes on, and after lives in which inputs fail and then do not.
func (p Place) read(t *testing.T) {
	t.Parallel()
	name, inputs := p.Name(t), Texts(1500)
	j := p.Open(t, name, Options{})
	b := Book{Fails: func(in string) error {
		if strings.HasSuffix(in, "7") {
			return errors.New("no luck <b>")
		}
		return nil
	}}
	delivered := 0
	for range mapper.Map(t.Context(), b.Fn, inputs, mapper.Options{Name: "texts", Journal: j, ReturnExceptions: true}) {
		if delivered++; delivered%500 == 0 {
			s := p.Read(t, name).Stats()
			require.GreaterOrEqual(t, s.Succeeded+s.Failed, delivered)
		}
	}
	require.NoError(t, j.Close())
	requireRead(t, p.Read(t, name), inputs, len(inputs)/10)

	j = p.Open(t, name, Options{})
	_, err := mapper.Collect(t.Context(), (&Book{}).Fn, inputs, mapper.Options{Name: "texts", Journal: j})
	require.NoError(t, err)
	require.NoError(t, j.Close())
	requireRead(t, p.Read(t, name), inputs, 0)
}

// requireRead requires that all is recorded, and that one input in ten has failed, or none.
func requireRead(t *testing.T, r *recorded.Reader, inputs []string, failed int) {
	t.Helper()
	i, keys := 0, map[string]bool{}
	for e, err := range r.All() {
		require.NoError(t, err)
		require.Equal(t, i, e.Index)
		require.Len(t, e.Key, 32)
		require.Positive(t, e.Attempts)
		if failed > 0 && i%10 == 7 {
			require.Equal(t, recorded.Failed, e.State)
			require.Equal(t, "no luck <b>", e.Err.Text)
		} else {
			require.Equal(t, recorded.Succeeded, e.State)
			require.Equal(t, "did "+inputs[i], e.Value)
		}
		keys[e.Key] = true
		i++
	}
	require.Len(t, keys, len(inputs))
	for range r.All() {
		break // which is no error
	}
	want := recorded.Stats{Succeeded: len(inputs) - failed, Failed: failed}
	require.Equal(t, want, r.Stats())
	prefix := len(inputs)
	if failed > 0 {
		prefix = 7
	}
	require.Equal(t, prefix, r.Prefix())

	report, err := r.Report(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, report.Stats)
	require.Equal(t, "texts", report.Manifest["Name"])
	require.Len(t, report.Causes, min(failed, 1))
	if failed > 0 {
		require.Equal(t, failed, report.Causes[0].Count)
		require.Equal(t, recorded.FailedInput{Index: 7, Key: report.Causes[0].Inputs[0].Key, Attempts: 1}, report.Causes[0].Inputs[0])
	}

	var text bytes.Buffer
	require.NoError(t, r.Export(&text, recorded.CSV))
	lines, err := csv.NewReader(&text).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, len(inputs)+1)
	require.Equal(t, []string{"0", lines[1][1], "succeeded", "1", "did " + inputs[0], "", "", ""}, lines[1])

	answer := httptest.NewRecorder()
	r.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	require.NotContains(t, answer.Body.String(), "luck <b>")
	require.Equal(t, failed > 0, strings.Contains(answer.Body.String(), "no luck &lt;b&gt;"))
}
