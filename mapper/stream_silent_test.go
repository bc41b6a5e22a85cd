package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestStreamSaysThatItIsCutOff: with failures as outputs those of inputs say nothing of the others. A stream that gives
// up says so, once, however few inputs it has taken.
func TestStreamSaysThatItIsCutOff(t *testing.T) {
	crashes := func(context.Context, int) iter.Seq2[int, error] {
		return func(func(int, error) bool) {
			time.Sleep(2 * time.Second)
			panic("each time")
		}
	}
	for _, unordered := range []bool{false, true} {
		for _, outstanding := range []int{1, 2, 3, 0} {
			for _, containers := range []int{1, 2} {
				t.Run(fmt.Sprintf("unordered %v, %d outstanding, %d containers", unordered, outstanding, containers), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						told := false
						for o := range mapper.Stream(t.Context(), crashes, slices.Values(ints(100)), mapper.Options{
							Containers: containers, Outstanding: max(outstanding, containers*min(outstanding, 1)),
							ReturnExceptions: true, Unordered: unordered,
						}) {
							require.Error(t, o.Err)
							require.False(t, told && o.Index < 0, "once")
							told = told || errors.Is(o.Err, supervisor.ErrCutoff)
						}
						require.True(t, told)
					})
				})
			}
		}
	}
}
