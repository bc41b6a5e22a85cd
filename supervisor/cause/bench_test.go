package cause_test

import (
	"testing"

	"github.com/longshore-go/longshore/supervisor/cause"
)

func BenchmarkOf(b *testing.B) {
	for name, err := range map[string]error{"dial": dial("10.0.0.7", 8080), "panic": panicked(index(5), cropStack)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				cause.Of(err)
			}
		})
	}
}
