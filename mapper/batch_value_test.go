package mapper_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// TestFailedRowHasNoValue has batches return a value also for the rows that they fail: their
// Results have none, whoever had their chunk before.
func TestFailedRowHasNoValue(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 7} {
		for _, unordered := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d unordered=%v", size, unordered), func(t *testing.T) {
				t.Parallel()
				body := mapper.Batched(func(_ context.Context, in []int) ([]int, error) {
					out, errs := make([]int, len(in)), make(mapper.Errors, len(in))
					for i, v := range in {
						out[i] = 1000 + v
						if v%3 == 0 {
							errs[i] = errFlaky
						}
					}
					return out, errs
				}, mapper.Batch{Size: size})
				for r := range body.Map(t.Context(), ints(300), mapper.Options{
					Containers: 2, Unordered: unordered, ReturnExceptions: true,
					Retries: policy.Retries{MaxRetries: 2, InitialDelay: time.Microsecond},
				}) {
					if r.Index%3 == 0 {
						require.ErrorIs(t, r.Err, errFlaky)
						require.Zero(t, r.Value, "input %d", r.Index)
					} else {
						require.NoError(t, r.Err)
						require.Equal(t, 1000+r.Index, r.Value)
					}
				}
			})
		}
	}
}
