package endpoint

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is a response before it is written.
type answer struct {
	status  int
	body    []byte  // of a success
	problem problem // of a failure
	headers map[string]string
}

// problem is the JSON object of a failure.
type problem struct {
	Error     string    `json:"error"`
	Offset    *int64    `json:"offset,omitempty"`
	Field     string    `json:"field,omitempty"`
	Cause     string    `json:"cause,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	NextStart time.Time `json:"next_start,omitzero"`
}

// failedAs is the answer with that code and text.
func failedAs(status int, text string) answer {
	return answer{status: status, problem: problem{Error: text}}
}

// failed is the answer with that code and nothing else to tell.
func failed(status int) answer { return failedAs(status, strings.ToLower(http.StatusText(status))) }

func (a *answer) header(name, value string) {
	if a.headers == nil {
		a.headers = map[string]string{}
	}
	a.headers[name] = value
}

// retryAfter asks the client to wait for that long. HTTP has whole seconds: the next one,
// so that nobody comes too early.
func (a *answer) retryAfter(wait time.Duration) {
	seconds := max((wait+time.Second-1)/time.Second, 1)
	a.header("Retry-After", strconv.FormatInt(int64(seconds), 10))
}

func (a answer) write(w http.ResponseWriter) {
	if a.body == nil {
		a.body, _ = json.Marshal(a.problem) // strings, numbers and times of this century
	}
	a.body = append(a.body, '\n')
	head := w.Header()
	for name, value := range a.headers {
		head.Set(name, value)
	}
	head.Set("Content-Type", "application/json")
	head.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone, and nobody is left to tell
}
