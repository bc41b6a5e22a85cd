// Package floor holds the hand-written loops that everything else is measured
// against: what a careful programmer would write for exactly this work, with
// the chunk length tuned to the workload in advance and nothing else on offer:
// no retries, no crashes survived, no timeout, no early stop.
//
// Each exists twice, over func(int) int and over func(ctx, int) (int, error),
// which asks ctx.Err once for each chunk. The second is the fair neighbour of
// a library that can cancel and fail.
package floor
