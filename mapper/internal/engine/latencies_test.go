package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/engine"
)

func TestLatencies(t *testing.T) {
	t.Parallel()
	var l engine.Latencies
	for i := range 99 {
		l.Add(time.Duration(i))
	}
	require.Zero(t, l.Quantile(0.5), "too few")
	l.Add(99)
	require.Equal(t, time.Duration(50), l.Quantile(0.5))
	require.Equal(t, time.Duration(99), l.Quantile(0.999))
	require.Zero(t, l.Quantile(0))
	for range 1000 {
		l.Add(7)
	}
	require.Equal(t, time.Duration(7), l.Quantile(0.01), "the oldest are forgotten")
	require.Equal(t, time.Duration(7), l.Quantile(0.99))
}
