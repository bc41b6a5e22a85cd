//go:build unix

package process_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// What a function prints, however much and without lines, harms nothing.
func TestNoise(t *testing.T) {
	t.Parallel()
	ready := make(chan struct{}, 1)
	inst := open(t, process.Options{Log: func(l process.Line) {
		if l.Text == "ready" {
			ready <- struct{}{}
		}
	}}, fault)
	runs := 0
	for range 3 {
		told, cancel := context.WithCancel(t.Context())
		go func() {
			<-ready
			cancel()
		}()
		err := inst.Run(told, supervisor.Chunk{Inputs: []any{"noise"}}, func(_ int, v any, err error) {
			require.NoError(t, err)
			require.Equal(t, "noise", v)
			runs++
		})
		require.NoError(t, err)
	}
	require.Equal(t, 3, runs)
	require.NoError(t, inst.Close(t.Context()))
}
