package stream

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// failed is err as an error of the journal; nil for nil.
func failed(op, path string, err error) error {
	switch err.(type) {
	case nil:
		return nil
	case *mapper.JournalError, *mapper.FormatError, *mapper.LockedError, *mapper.MismatchError, *policy.InvalidError:
		return err
	}
	return &mapper.JournalError{Op: op, Path: path, Err: err}
}

// broken is err as the end of a run.
func broken(op, path string, err error) error {
	err = failed(op, path, err)
	if _, ok := err.(*mapper.JournalError); ok || err == nil {
		return err
	}
	return &mapper.JournalError{Op: op, Path: path, Err: err}
}

// What the server says, by its codes that nats.go has no names for.
const (
	codeResourcesExceeded = 10002 // of the account
	codeInsufficient      = 10023 // of the cluster
	codeStorageExceeded   = 10047
	codeStoreFailed       = 10077 // maximum bytes or messages of the stream; the disk

	codeNoPeers = 10005 // fewer servers are there than are to keep a stream
)

// isFull reports that there is no room for more.
func isFull(err error) bool {
	var api *jetstream.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode {
	case codeResourcesExceeded, codeInsufficient, codeStorageExceeded, codeStoreFailed:
		return true
	}
	return false
}

// full says it as other journals do.
func full(err error) error {
	if isFull(err) {
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	return err
}

// isBehind reports that the server refused a message, since it does not come after the last one.
func isBehind(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// errRefused is a server that does not do what our user asks for.
var errRefused = errors.New("refused")

// passes reports that it may be otherwise in a moment: the server is gone, or another one takes over.
func passes(err error) bool {
	var api *jetstream.APIError
	var format *mapper.FormatError
	switch {
	case err == nil, errors.As(err, &format), errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, errEnded), errors.Is(err, errRefused):
		return false
	case errors.As(err, &api):
		return api.ErrorCode == codeNoPeers || api.Code == 503 && !isFull(err)
	}
	return true
}

// tryTime is how long the server may take for one answer, and tryPause how long it is left alone after one that was none.
const (
	tryTime  = 2 * time.Second
	tryPause = 50 * time.Millisecond
)

// patience is how long to wait, which may change meanwhile.
type patience func() time.Duration

// forLong is one that does not.
func forLong(d time.Duration) patience { return func() time.Duration { return d } }

// persist tries until that is no error that passes, the time is over, or ctx is.
func persist(ctx context.Context, wait patience, try func(context.Context) error) error {
	for began := time.Now(); ; {
		once, cancel := context.WithTimeout(ctx, tryTime)
		err := try(once)
		cancel()
		switch {
		case err == nil, !passes(err):
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Since(began) >= wait():
			return fmt.Errorf("no answer within %v: %w", wait(), err)
		}
		pause := time.NewTimer(tryPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return context.Cause(ctx)
		}
	}
}
