package endpoint

import (
	"context"
	"log"
	"net/http"
	"runtime/debug"

	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// New returns a handler that calls f for each request; see the package for what it answers.
// The handler is safe for concurrent use and starts nothing: f stays the caller's to stop.
// While f stops, calls under way are finished and answered, and new ones get 503. To end
// both in order, call http.Server.Shutdown, then f.Stop.
//
// The error is a *policy.InvalidError that names a field of opts, or f, or Retries: a
// function that retries is refused, since its client waits, and retries too. (So does
// Modal.) Crashed inputs are run again all the same, unless f is AtMostOnce.
//
// The methods with which In and Out read and write their JSON, and Status, are called on goroutines of their own. One
// that panics or calls runtime.Goexit is answered with 500, and one that takes longer than Timeout with 504. That is
// logged to the server's ErrorLog, a panic with its stack. So is an Out that cannot be encoded.
func New[In, Out any](f *mapper.Function[In, Out], opts Options) (http.Handler, error) {
	if f == nil {
		return nil, &policy.InvalidError{Field: "f", Reason: "must not be nil"}
	}
	if r := f.Options().Retries; r.MaxRetries > 0 {
		return nil, &policy.InvalidError{Field: "Retries", Value: r.MaxRetries, Reason: "an endpoint's function must have none: its clients retry"}
	}
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	cross, err := opts.crossOrigin()
	if err != nil {
		return nil, err
	}
	return &handler[In, Out]{f: f, opts: opts.filled(), cross: cross}, nil
}

type handler[In, Out any] struct {
	f     *mapper.Function[In, Out]
	opts  Options
	cross *http.CrossOriginProtection
	door  door
}

// ServeHTTP writes the answer once it is complete: whatever goes wrong before that can
// still be told.
func (h *handler[In, Out]) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.answer(w, r).write(w)
}

// answer is what the request gets. It writes nothing; w is for the limit on the body.
func (h *handler[In, Out]) answer(w http.ResponseWriter, r *http.Request) (a answer) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			logf(r, "endpoint: panic serving %s: %s\n%s", r.RemoteAddr, show.Text(p, 0), debug.Stack())
			a = failed(http.StatusInternalServerError)
		}
	}()
	if bad, ok := h.refused(r); ok {
		return bad
	}
	var in In
	if bad, ok := h.decode(w, r, &in); !ok {
		return bad
	}
	pool := h.f.Stats().Pool
	leave, ok := h.admit(pool)
	if !ok {
		return h.looping(pool)
	}
	defer leave()
	ctx, cancel := context.WithTimeoutCause(r.Context(), h.opts.Timeout, ErrTimeout)
	defer cancel()
	out, err := h.f.Call(ctx, in)
	if err != nil {
		return h.failure(ctx, w, r, err)
	}
	return h.success(r, out)
}

// logf writes to where the server logs.
func logf(r *http.Request, format string, args ...any) {
	if s, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && s.ErrorLog != nil {
		s.ErrorLog.Printf(format, args...)
		return
	}
	log.Printf(format, args...)
}
