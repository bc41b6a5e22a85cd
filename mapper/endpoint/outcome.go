package endpoint

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// success is the answer with the function's value. One that is no JSON is the program's
// mistake, of which nobody else hears.
func (h *handler[In, Out]) success(r *http.Request, out Out) answer {
	var body []byte
	err, bad := asked(r, h.opts.Timeout, "encoding a "+show.Type(out), func() (err error) {
		body, err = json.Marshal(out)
		return err
	})
	switch {
	case bad != nil:
		return *bad
	case err != nil:
		logf(r, "endpoint: cannot encode a %T: %s", out, show.Error(err, 0))
		return h.failedBy(http.StatusInternalServerError, err)
	}
	return answer{status: http.StatusOK, body: body}
}

// failure is the answer to a call that failed. What fails after the end of its ctx fails for
// that, whatever the function makes of it.
func (h *handler[In, Out]) failure(ctx context.Context, w http.ResponseWriter, r *http.Request, err error) answer {
	switch {
	case ctx.Err() == nil:
		return h.byClass(r, err)
	case ctx.Err() != context.Canceled:
		return h.overdue()
	case context.Cause(ctx) == context.Canceled && gone(w):
		panic(http.ErrAbortHandler)
	default:
		return failedAs(http.StatusServiceUnavailable, "the request was cancelled by the server")
	}
}

// overdue is the answer to a request that has taken its time: the reason may be a crash
// loop that began while it waited.
func (h *handler[In, Out]) overdue() answer {
	if pool := h.f.Stats().Pool; pool.CrashLooping {
		return h.looping(pool)
	}
	return failedAs(http.StatusGatewayTimeout, "the request took too long")
}

// byClass is the answer to an error by its class. A crash is told by its type, and first:
// it unwraps to what was panicked with, of whatever class that is. The others hold through
// wrapping, so that a function that calls another passes on what that one is short of.
func (h *handler[In, Out]) byClass(r *http.Request, err error) answer {
	switch err.(type) {
	case *supervisor.CrashError:
		return failedAs(http.StatusInternalServerError, "the function crashed on this input")
	case *supervisor.CutoffError:
		return failedAs(http.StatusServiceUnavailable, "the function has given up: it crashes too often")
	}
	switch {
	case guard.Is(err, mapper.ErrTimeout):
		return failedAs(http.StatusGatewayTimeout, "the function took too long")
	case guard.Is(err, mapper.ErrQueueFull):
		a := failedAs(http.StatusTooManyRequests, "too many calls are waiting")
		a.retryAfter(time.Second)
		return a
	case guard.Is(err, mapper.ErrStopped):
		return failedAs(http.StatusServiceUnavailable, "the function is stopped")
	case guard.Is(err, context.Canceled): // not the request's: that of the function
		return failedAs(http.StatusServiceUnavailable, "the function was cancelled")
	}
	code, bad := h.status(r, err)
	if bad != nil {
		return *bad
	}
	return h.failedBy(code, err)
}

// status is the code for an error of the function.
func (h *handler[In, Out]) status(r *http.Request, err error) (code int, bad *answer) {
	if h.opts.Status != nil {
		code, bad = asked(r, h.opts.Timeout, "Status", func() int { return h.opts.Status(err) })
	}
	if code < 400 || code > 599 {
		code = http.StatusInternalServerError
	}
	return code, bad
}

// failedBy is the answer with the error's text, if that may be told.
func (h *handler[In, Out]) failedBy(status int, err error) answer {
	if tellsCrash(err) || h.opts.HideErrors && status >= 500 {
		return failed(status)
	}
	return failedAs(status, show.Error(err, 0))
}

// tellsCrash reports that the text of an error has what somebody panicked with: the function
// passes on the crash of another one.
func tellsCrash(err error) bool {
	_, crash := guard.As[*supervisor.CrashError](err)
	return crash
}
