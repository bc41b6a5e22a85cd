package mapper_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// mailbox is a runtime of one container whose outcome, of a function that takes no time, lies unread for so long.
type mailbox struct {
	lies   time.Duration
	posted chan struct{} // closed when it is there
}

func (*mailbox) Check(any) error { return nil }

func (m *mailbox) Open(context.Context, supervisor.Launch) (supervisor.Instance, error) {
	return m, nil
}

func (*mailbox) Close(context.Context) error { return nil }

func (m *mailbox) Run(ctx context.Context, chunk supervisor.Chunk, done func(int, any, error)) error {
	close(m.posted)
	select {
	case <-time.After(m.lies):
		done(0, chunk.Inputs[0], nil)
	case <-ctx.Done():
		done(0, nil, context.Cause(ctx))
	}
	return nil
}

// Unheard implements supervisor.Outbox.
func (m *mailbox) Unheard() bool {
	select {
	case <-m.posted:
		return true
	default:
		return false
	}
}

// TestUnheard: an outcome that is there is heard before an attempt's time is up, for the grace at most.
func TestUnheard(t *testing.T) {
	for name, c := range map[string]struct {
		lies, took time.Duration
		err        error
	}{
		"in time":  {lies: time.Second / 2, took: time.Second / 2},
		"late":     {lies: 3 * time.Second, took: 3 * time.Second},
		"too late": {lies: time.Hour, took: 6 * time.Second, err: mapper.ErrTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				_, err := mapper.Collect(t.Context(), squared, ints(1), mapper.Options{
					Containers: 1, Timeout: time.Second, Grace: 5 * time.Second, Runtime: &mailbox{c.lies, make(chan struct{})},
				})
				require.True(t, errors.Is(err, c.err), "%v", err)
				require.Equal(t, c.took, time.Since(began))
			})
		})
	}
}
