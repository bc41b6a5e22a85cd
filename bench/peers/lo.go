package peers

import (
	"context"

	"github.com/samber/lo/parallel"

	"github.com/longshore-go/longshore/bench/work"
)

// LoCollect starts one goroutine for each input: it has no limit to set, so on
// sleeping work it is not bound by the concurrency the others keep to.
func LoCollect(_ context.Context, job work.Job) ([]int, error) {
	return parallel.Map(job.In, func(v, _ int) int { return job.Fn(v) }), nil
}
