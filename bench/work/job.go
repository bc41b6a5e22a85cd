package work

import (
	"context"
	"iter"
)

// A Job is one run: a workload with its inputs made ready outside the time
// taken. The inputs are 0 to N-1; collecting implementations read In,
// streaming ones pull Seq and give each result to Sink, one at a time.
type Job struct {
	Workload
	In   []int
	Seq  iter.Seq[int]
	Sink func(int)
}

// Run is what an implementation is, whatever its group: the ones that collect
// return a slice as long as the inputs, the ones that stream use job.Sink and
// return nil.
type Run func(ctx context.Context, job Job) ([]int, error)

// NewJob makes the inputs of w. The sink only adds up: enough to have each
// result read, and no more.
func NewJob(w Workload) Job {
	sum := new(int)
	return Job{
		Workload: w,
		In:       Slice(w.N),
		Seq:      Ints(w.N),
		Sink:     func(v int) { *sum += v },
	}
}

// Ints yields 0 to n-1 without ever holding them.
func Ints(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// Slice holds 0 to n-1.
func Slice(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}
