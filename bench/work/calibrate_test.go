package work_test

import (
	"testing"

	"github.com/longshore-go/longshore/bench/work"
)

// BenchmarkCalibrate prints what one input of each workload takes on this
// machine, called in a plain loop. Figures of two machines compare only where
// these do.
func BenchmarkCalibrate(b *testing.B) {
	for _, w := range work.Workloads() {
		b.Run(w.Name, func(b *testing.B) {
			x := 0
			for b.Loop() {
				x = w.Fn(x) & 0xffff
			}
		})
	}
}
