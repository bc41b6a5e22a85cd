package process

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// The end of a batch's context may be heard before the batch, while it executes, or after it.
func TestEnding(t *testing.T) {
	t.Parallel()
	var e ending
	e.tell(7, io.EOF)
	ctx := e.begin(1)
	require.NoError(t, ctx.Err(), "that was for another")
	e.tell(1, io.ErrUnexpectedEOF)
	require.Equal(t, io.ErrUnexpectedEOF, context.Cause(ctx))
	e.end()
	e.tell(1, io.EOF)

	e.tell(7, io.EOF)
	ctx = e.begin(7)
	require.Equal(t, io.EOF, context.Cause(ctx))
	e.end()

	ctx = e.begin(9)
	require.NoError(t, ctx.Err())
	e.end()
	require.ErrorIs(t, ctx.Err(), context.Canceled)
}
