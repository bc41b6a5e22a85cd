package journal_test

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
)

// TestHedge: of an input that was executed twice the faster attempt is recorded, and neither begins again.
func TestHedge(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hedge.db")
	var calls atomic.Int32
	fn := func(ctx context.Context, in string) (string, error) {
		calls.Add(1)
		if a, _ := mapper.AttemptFrom(ctx); in == "c" && a.Attempt == 1 {
			<-ctx.Done()
			return "", ctx.Err()
		}
		return "did " + in, nil
	}
	inputs := []string{"a", "b", "c", "d", "e"}
	for round := range 2 {
		j := open(t, path, journal.Options{})
		calls.Store(0)
		out, err := mapper.Collect(t.Context(), fn, inputs, mapper.Options{
			Journal: j, Containers: 3, Hedge: policy.Hedge{After: 100 * time.Millisecond},
		})
		require.NoError(t, err)
		require.Equal(t, journals.Did(inputs), out)
		if n := int(calls.Load()); round == 0 {
			require.GreaterOrEqual(t, n, len(inputs)+1)
		} else {
			require.Zero(t, n)
		}
		require.NoError(t, j.Close())
	}
}
