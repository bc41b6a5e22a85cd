package recorded_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
	"github.com/longshore-go/longshore/policy"
)

// list is a journal of these entries. What both kinds of journals say is tested with them, see internal/journals.
type list struct {
	entries []any // recorded.Entry, or an error in its place
	end     error
	about   error
	closed  *int
}

func (l list) reader() *recorded.Reader {
	return recorded.New("the path", func(context.Context) (recorded.Content, error) { return l, nil })
}

func (l list) About() (recorded.About, error) {
	return recorded.About{Manifest: map[string]string{"Version": "7"}}, l.about
}

func (l list) Each(yield func(recorded.Entry, error) bool) error {
	for _, one := range l.entries {
		e, _ := one.(recorded.Entry)
		err, _ := one.(error)
		if !yield(e, err) {
			return nil
		}
	}
	return l.end
}

func (l list) Close() error {
	*l.closed++
	return nil
}

func succeeded(i int) recorded.Entry {
	return recorded.Entry{Index: i, State: recorded.Succeeded, Attempts: 1, Value: []byte{1, 2}}
}

var (
	errDamaged = errors.New("damaged")
	errGone    = errors.New("gone")
)

// TestReaderThatBreaksOff: what is damaged is told in its place, and what ends a reading at its end. All is closed again.
func TestReaderThatBreaksOff(t *testing.T) {
	t.Parallel()
	closed := 0
	moved := recorded.Entry{Index: -1, State: recorded.Begun}
	r := list{[]any{moved, succeeded(0), errDamaged, succeeded(2)}, errGone, nil, &closed}.reader()
	var all []any
	for e, err := range r.All() {
		if err != nil {
			all = append(all, err)
		} else {
			all = append(all, e)
		}
	}
	require.Equal(t, []any{moved, succeeded(0), errDamaged, succeeded(2), errGone}, all)
	require.Equal(t, 1, r.Prefix())
	require.Equal(t, recorded.Stats{Succeeded: 2, Begun: 1, Damaged: 2}, r.Stats())
	var text bytes.Buffer
	err := r.Export(&text, recorded.CSV)
	require.ErrorIs(t, err, errGone)
	require.ErrorIs(t, err, errDamaged)
	require.Equal(t, "index,key,state,attempts,value,kind,error,input\n-1,,begun,0,,,,\n0,,succeeded,1,AQI=,,,\n2,,succeeded,1,AQI=,,,\n", text.String())
	var invalid *policy.InvalidError
	require.ErrorAs(t, r.Export(&text, 7), &invalid)
	require.Equal(t, "format", invalid.Field)
	report, err := r.Report(t.Context())
	require.ErrorIs(t, err, errGone)
	require.Equal(t, "the path", report.Path)
	require.Equal(t, 5, closed)
}

// TestReportOfMany: causes are bounded, and so are their inputs; the rest is counted.
func TestReportOfMany(t *testing.T) {
	t.Parallel()
	closed := 0
	l := list{closed: &closed}
	for i := range 3000 {
		kind := string(rune('a'+i%50/26)) + string(rune('a'+i%50%26)) // 50 of them, and 100 that come once
		if i >= 2900 {
			kind = "late" + string(rune('a'+(i-2900)/26)) + string(rune('a'+(i-2900)%26))
		}
		l.entries = append(l.entries, recorded.Entry{Index: i, State: recorded.Failed, Err: &mapper.StoredError{Kind: kind, Text: "no"}})
	}
	r := l.reader()
	report, err := r.Report(t.Context())
	require.NoError(t, err)
	require.Len(t, report.Causes, 100)
	require.Equal(t, 58, report.Causes[0].Count)
	require.Len(t, report.Causes[0].Inputs, 20)
	require.Equal(t, 50, report.Others)
	require.Equal(t, map[string]string{"Version": "7"}, report.Manifest)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errGone)
	report, err = r.Report(ctx)
	require.ErrorIs(t, err, errGone)
	require.Less(t, report.Stats.Failed, 3000)
}

// TestServeHTTP: what is no question is refused, and what breaks off is nobody's whole.
func TestServeHTTP(t *testing.T) {
	t.Parallel()
	closed := 0
	ask := func(l list, method, query string) int {
		answer := httptest.NewRecorder()
		l.reader().ServeHTTP(answer, httptest.NewRequest(method, "/"+query, nil))
		return answer.Code
	}
	whole := list{entries: []any{succeeded(0)}, closed: &closed}
	for query, code := range map[string]int{"": 200, "?as=json": 200, "?as=csv": 200, "?as=jsonl": 200, "?as=pdf": 400} {
		require.Equal(t, code, ask(whole, http.MethodGet, query), query)
	}
	require.Equal(t, http.StatusMethodNotAllowed, ask(whole, http.MethodPost, ""))
	broken := list{entries: []any{succeeded(0)}, end: errGone, closed: &closed}
	require.Equal(t, http.StatusInternalServerError, ask(broken, http.MethodGet, ""))
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { ask(broken, http.MethodGet, "?as=csv") })
	require.Equal(t, http.StatusInternalServerError, ask(list{about: errGone, closed: &closed}, http.MethodGet, "?as=json"))
}
