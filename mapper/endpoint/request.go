package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/show"
)

// refused looks at the head of a request.
func (h *handler[In, Out]) refused(r *http.Request) (a answer, yes bool) {
	if r.Method != http.MethodPost {
		a = failedAs(http.StatusMethodNotAllowed, "the method must be POST")
		a.header("Allow", http.MethodPost)
		return a, true
	}
	if h.cross.Check(r) != nil {
		return failedAs(http.StatusForbidden, "a page of another origin may not ask this: see Options.TrustedOrigins"), true
	}
	if given := r.Header.Get("Content-Type"); given != "" {
		// A parameter that cannot be parsed is an error, and the type is there all the same.
		if media, _, _ := mime.ParseMediaType(given); media != "application/json" {
			return failedAs(http.StatusUnsupportedMediaType, "the Content-Type must be application/json"), true
		}
	}
	return a, false
}

// decode reads the body into in, or says what is wrong with it.
func (h *handler[In, Out]) decode(w http.ResponseWriter, r *http.Request, in *In) (bad answer, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.opts.MaxBody))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return failedAs(http.StatusRequestEntityTooLarge, fmt.Sprintf("the body must not exceed %d bytes", h.opts.MaxBody)), false
	}
	if err != nil { // cut short, or slower than the server's ReadTimeout
		return failedAs(http.StatusBadRequest, "the body cannot be read to its end"), false
	}
	decoded, failed := asked(r, h.opts.Timeout, "decoding of "+show.Type(*in), func() decoded[In] {
		var d decoded[In]
		d.err = json.Unmarshal(body, &d.in)
		return d
	})
	switch {
	case failed != nil:
		return *failed, false
	case decoded.err != nil:
		return malformed(body, decoded.err), false
	}
	*in = decoded.in
	return bad, true
}

// decoded is a body that was read. One that is read for too long is still written to.
type decoded[In any] struct {
	in  In
	err error
}

// malformed says what is wrong with a body and where. An error of In's own UnmarshalJSON
// is about the body, and so for the client.
func malformed(body []byte, err error) answer {
	a := failedAs(http.StatusBadRequest, show.Error(err, 0))
	if syntax, ok := guard.As[*json.SyntaxError](err); ok {
		a.problem.Offset = &syntax.Offset
		a.problem.Error = "the body is not valid JSON: " + syntax.Error()
		if len(body) == 0 {
			a.problem.Error = "the body is empty: it must be a JSON value"
		}
	}
	if misfit, ok := guard.As[*json.UnmarshalTypeError](err); ok {
		a.problem.Offset = &misfit.Offset
		a.problem.Field = misfit.Field
		a.problem.Error = fmt.Sprintf("wrong type: %s in place of %v", misfit.Value, misfit.Type.Kind())
	}
	return a
}
