package amount_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/amount"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{-1: "−1 crashes", 0: "0 crashes", 1: "1 crash", 2: "2 crashes", 1001: "1,001 crashes"} {
		require.Equal(t, want, amount.Of(n, "crash", "crashes"))
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 crashes", 1: "1 crash", 1204: "1204 crashes"} {
		require.Equal(t, want, amount.Plain(n, "crash", "crashes"))
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567", -1: "−1", -123: "−123", -1234: "−1,234",
		math.MinInt64: "−9,223,372,036,854,775,808",
	} {
		require.Equal(t, want, amount.Number(n))
	}
	require.Equal(t, "1,000", amount.Number(1000))
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1536: "1.5 KiB", 512 << 20: "512 MiB", 3 << 40: "3.0 TiB"} {
		require.Equal(t, want, amount.Bytes(n))
	}
}
