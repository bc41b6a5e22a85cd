package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// client gets one URL at a time, as often as it is called.
//
// Its http.Client has no Timeout: the context of an attempt ends in time.
type client struct{ http *http.Client }

// attemptHeader tells the server which attempt a request is. It could not count them:
// net/http sends a GET again by itself when it loses a connection that it reused.
const attemptHeader = "Attempt"

// maxBody bounds what is read of an answer.
const maxBody = 1 << 20

// get is the function that runs in the containers. It makes one attempt: how often,
// when and for how long is said in Options, and its error only says what it knows.
func (c client) get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", policy.Permanent(err) // a bad URL does not get better
	}
	if a, ok := mapper.AttemptFrom(ctx); ok {
		req.Header.Set(attemptHeader, strconv.Itoa(a.Attempt))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return "", err
	}
	return string(body), judge(resp)
}

// statusError is an answer other than 200.
type statusError struct{ code int }

func (e *statusError) Error() string { return fmt.Sprintf("%d %s", e.code, http.StatusText(e.code)) }

// judge turns an answer into nil, an error to retry, or one for good.
func judge(resp *http.Response) error {
	err := &statusError{resp.StatusCode}
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if after, ok := retryAfter(resp.Header.Get("Retry-After")); ok {
			return policy.RetryAfter(err, after)
		}
		return err
	case code >= 500 || code == http.StatusRequestTimeout:
		return err
	default:
		return policy.Permanent(err) // ours is the mistake, and it will be the same next time
	}
}

// retryAfter reads a Retry-After header: whole seconds, or a date.
func retryAfter(header string) (time.Duration, bool) {
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(header); err == nil {
		return time.Until(date), true
	}
	return 0, false
}
