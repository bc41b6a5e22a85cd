package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/supervisor"
)

// The words that parameters may have.
var (
	runStatuses     = texts(append([]history.Status{history.Running, history.CrashLooping, history.Waiting, history.Paused}, history.Ends()...))
	runOrders       = texts(history.Orders())
	containerStates = []string{
		string(supervisor.Starting), string(supervisor.Idle), string(supervisor.Running), string(supervisor.Stopping),
		string(supervisor.BackingOff), string(history.CrashLooping),
		string(supervisor.Crashed), string(supervisor.Stopped), string(supervisor.Abandoned),
	}
	inputStates = []string{"pending", "running", "retrying", "succeeded", "failed", "cancelled"}
)

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = string(one)
	}
	return out
}

// Bounds of parameters.
const (
	mostText  = 200 // bytes
	mostLimit = 500
)

// apiQuery is the parameters of a request. The first that is wrong is kept; what is read after
// that is zero.
type apiQuery struct {
	r      *http.Request
	values url.Values
	err    *apiError
}

// parseQuery reads the parameters, of which there may be these.
func parseQuery(r *http.Request, known []string) *apiQuery {
	q := &apiQuery{r: r}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		q.refuse("", "the query does not parse")
		return q
	}
	q.values = values
	for name, all := range values {
		switch {
		case !slices.Contains(known, name):
			q.refuse(name, "there is no such parameter: "+listed(known))
		case len(all) > 1:
			q.refuse(name, "is there more than once")
		}
	}
	return q
}

func listed(known []string) string {
	if len(known) == 0 {
		return "none are known here"
	}
	return "known are " + strings.Join(known, ", ")
}

// refuse notes what is wrong, if nothing was before.
func (q *apiQuery) refuse(field, text string) {
	if q.err == nil {
		q.err = &apiError{http.StatusBadRequest, text, field[:min(len(field), mostText)]}
	}
}

// word is a parameter that is one of these.
func (q *apiQuery) word(name string, words []string) string {
	s := q.values.Get(name)
	if s != "" && !slices.Contains(words, s) {
		q.refuse(name, "must be one of "+strings.Join(words, ", "))
		return ""
	}
	return s
}

func (q *apiQuery) text(name string) string {
	s := q.values.Get(name)
	if len(s) > mostText {
		q.refuse(name, fmt.Sprintf("must not be longer than %d bytes", mostText))
		return ""
	}
	return s
}

func (q *apiQuery) yes(name string) bool {
	return q.word(name, []string{"true", "false"}) == "true"
}

// number is a parameter that is 0 or more, otherwise where it is missing.
func (q *apiQuery) number(name string, otherwise int) int {
	s := q.values.Get(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		q.refuse(name, "must be a number, 0 or more")
		return otherwise
	}
	return n
}

func (q *apiQuery) offset() int { return q.number("offset", 0) }

func (q *apiQuery) limit() int {
	n := q.number("limit", 0)
	if q.values.Get("limit") != "" && (n < 1 || n > mostLimit) {
		q.refuse("limit", fmt.Sprintf("must be 1 to %d", mostLimit))
	}
	return n
}

// id is a parameter that is the number of a run, 0 where it is missing.
func (q *apiQuery) id(name string) uint64 {
	s := q.values.Get(name)
	if s == "" {
		return 0
	}
	return q.number64(name, s)
}

// run is the number of the run in the path.
func (q *apiQuery) run() uint64 { return q.number64("id", q.r.PathValue("id")) }

func (q *apiQuery) number64(name, s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		q.refuse(name, "must be the number of a run, from 1")
		return 0
	}
	return n
}

// part is a number in the path.
func (q *apiQuery) part(name string) int {
	n, err := strconv.Atoi(q.r.PathValue(name))
	if err != nil || n < 0 {
		q.refuse(name, "must be a number, 0 or more")
	}
	return n
}

// found is the answer to a question for one thing.
func (q *apiQuery) found(what any, ok bool, field, name string) (any, *apiError) {
	switch {
	case q.err != nil:
		return nil, q.err
	case !ok:
		return nil, &apiError{http.StatusNotFound, "there is no such " + name + ", or it is not kept any more", field}
	}
	return what, nil
}
