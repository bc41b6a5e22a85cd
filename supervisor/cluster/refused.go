package cluster

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/nats-io/nats.go"
)

// ErrRefused is a server and a user that do not come together, see [RefusedError].
var ErrRefused = errors.New("cluster: refused")

// RefusedError says that a server does not let this process in, or do what its part takes, or that this process does not
// trust the server. It does not pass by itself, so that nothing is tried again: Serve returns it, and starts of containers
// fail with it. It is an [ErrRefused] and unwraps to its cause.
type RefusedError struct {
	URL string // of the servers, without passwords
	Err error  // what the server has said, or what is wrong with its certificate
}

// Error implements error.
func (e *RefusedError) Error() string { return fmt.Sprintf("cluster: refused at %s: %v", e.URL, e.Err) }

// Is reports whether target is ErrRefused.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Err }

// refusal is err as a *RefusedError, if it is one.
func (l link) refusal(err error) *RefusedError {
	if !refuses(err) {
		return nil
	}
	var all []string
	for one := range strings.SplitSeq(l.url, ",") {
		if u, err := url.Parse(strings.TrimSpace(one)); err == nil {
			all = append(all, u.Redacted())
		}
	}
	return &RefusedError{URL: strings.Join(all, ","), Err: err}
}

// refuses tells what stays as it is from a server that is not there, or goes just now.
func refuses(err error) bool {
	for _, one := range []error{
		nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired, nats.ErrPermissionViolation,
		nats.ErrSecureConnRequired, nats.ErrSecureConnWanted, nats.ErrNkeysNotSupported,
	} {
		if errors.Is(err, one) {
			return true
		}
	}
	network, is := errors.AsType[*net.OpError](err)
	if is && (network.Op == "remote error" || network.Op == "local error") {
		return true // an alert of TLS: of our certificate, or of the version
	}
	if !errors.Is(err, nats.ErrTLS) || errors.Is(err, io.EOF) {
		return false
	}
	if strings.Contains(err.Error(), "after TLS handshake") {
		return true // a server that wants a certificate may be gone before it can be heard to say so
	}
	return !is
}
