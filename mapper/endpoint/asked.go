package endpoint

import (
	"net/http"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
)

// asked calls what is the program's own, on a goroutine of its own: whatever it does there, the client gets an answer,
// and in time. What it has done instead of returning is answered with bad, and logged.
func asked[T any](r *http.Request, patience time.Duration, what string, f func() T) (result T, bad *answer) {
	result, failure := guard.Within(patience, what, f)
	if failure == nil {
		return result, nil
	}
	stack := ""
	if failure.Panic != nil {
		stack = "\n" + string(failure.Panic.Stack)
	}
	logf(r, "endpoint: serving %s: %s %s%s", r.RemoteAddr, what, show.Did(failure), stack)
	a := failed(http.StatusInternalServerError)
	if failure.Overdue > 0 || failure.Refused {
		a = failedAs(http.StatusGatewayTimeout, "the request took too long")
	}
	return result, &a
}
