package mapper_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// TestIdleContainersKeepNoInputs: a container that lives on keeps nothing of the run that it served last, nor what it was asked
// about last.
func TestIdleContainersKeepNoInputs(t *testing.T) {
	type block [1 << 16]byte
	plain := mapper.Plain(func(_ context.Context, in *block) (int, error) { return len(in), nil })
	for name, body := range map[string]mapper.Body[*block, int]{
		"plain": plain,
		"keyed": plain.Keyed(func(*block) string { return "a" }, mapper.KeyLimit{Concurrency: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			f := deploy(t, body, mapper.Options{Scale: mapper.Scale{Min: 1, Max: 1}})
			var input weak.Pointer[block]
			func() {
				in := new(block)
				input = weak.Make(in)
				_, err := f.Collect(t.Context(), []*block{in}, mapper.RunOptions{})
				require.NoError(t, err)
			}()
			require.Eventually(t, func() bool {
				runtime.GC()
				return input.Value() == nil
			}, 10*time.Second, time.Millisecond)
		})
	}
}
