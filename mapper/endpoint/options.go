package endpoint

import (
	"cmp"
	"errors"
	"net/http"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// ErrTimeout is the cause with which an attempt's context ends when its request has taken
// Options.Timeout.
var ErrTimeout = errors.New("endpoint: request timed out")

// Options says how a function is served. The zero value works.
type Options struct {
	// MaxBody limits the body of a request, in bytes. Zero means 1 MiB.
	MaxBody int64

	// Timeout limits each call, from the moment its request is read: the wait for a
	// container and all executions, re-runs after crashes included. Zero means 30 s.
	Timeout time.Duration

	// Status chooses the code for an error that the function has returned, 400 to 599;
	// any other means 500. It is called on many goroutines at once. It is not asked about
	// crashes, nor about timeouts, a full queue, the end of the function and cancellation,
	// also where the function has such an error from elsewhere. Nil means 500 for every error.
	Status func(error) int

	// HideErrors keeps the text of the function's errors, and of those that its containers
	// fail to start with, out of answers of 500 and above. An error that Status maps to
	// less is meant for the client and stays, unless a crash is behind it. False means that they are sent: convenient
	// among one's own programs, too much for strangers.
	HideErrors bool

	// TrustedOrigins are those whose pages may call the function from a browser, such as
	// https://shop.example; pages of others are refused. Whoever is no browser is not asked for its
	// origin. Zero means none but the server's own.
	TrustedOrigins []string
}

// Validate returns nil, or a *policy.InvalidError that names the first bad field.
func (o Options) Validate() error {
	switch {
	case o.MaxBody < 0:
		return &policy.InvalidError{Field: "MaxBody", Value: o.MaxBody, Reason: "must not be negative"}
	case o.Timeout < 0:
		return &policy.InvalidError{Field: "Timeout", Value: o.Timeout, Reason: "must not be negative"}
	}
	_, err := o.crossOrigin()
	return err
}

// crossOrigin is what refuses requests that a page of another origin has a browser make.
func (o Options) crossOrigin() (*http.CrossOriginProtection, error) {
	cross := http.NewCrossOriginProtection()
	for _, origin := range o.TrustedOrigins {
		if err := cross.AddTrustedOrigin(origin); err != nil {
			return nil, &policy.InvalidError{Field: "TrustedOrigins", Value: origin, Reason: err.Error()}
		}
	}
	return cross, nil
}

const (
	defaultMaxBody = 1 << 20
	defaultTimeout = 30 * time.Second
)

// filled returns the options with their defaults in place.
func (o Options) filled() Options {
	o.MaxBody = cmp.Or(o.MaxBody, defaultMaxBody)
	o.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	return o
}
