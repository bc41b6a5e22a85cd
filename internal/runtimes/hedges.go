package runtimes

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

var _ = process.Register(hang)

// hang does not return at its first attempt of input 2 before it is cancelled, and says why not. Its first attempt of input 3
// crashes.
func hang(ctx context.Context, i int) (string, error) {
	a, _ := mapper.AttemptFrom(ctx)
	switch {
	case i == 2 && a.Attempt == 1:
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), mapper.ErrHedged) {
			panic(context.Cause(ctx))
		}
		return "", ctx.Err()
	case i == 3 && a.Attempt == 1:
		panic("no good")
	}
	return "done", nil
}

// testHedge: in every place a second attempt takes the place of one that hangs, which hears why.
func testHedge(t *testing.T, places []Place) {
	contract{
		"the first hangs": func(t *testing.T, p Place) {
			run, err := mapper.Start(bounded(t), hang, slices.Values([]int{0, 1, 2, 3, 4, 5}), p.with(mapper.Options{
				Containers: 3, Hedge: policy.Hedge{After: 20 * time.Millisecond},
			}))
			require.NoError(t, err)
			n := 0
			for r := range run.All() {
				require.NoError(t, r.Err)
				require.Equal(t, "done", r.Value)
				n++
			}
			require.Equal(t, 6, n)
			st := run.Stats()
			require.Positive(t, st.HedgesWon)
			require.GreaterOrEqual(t, st.Hedges, st.HedgesWon)
			require.LessOrEqual(t, st.Pool.Crashes, 1)
			require.GreaterOrEqual(t, st.Pool.Crashes+st.HedgesWon, 2, "input 3 crashes, unless a place is so slow that its second attempt is done before")
		},
		"of a call": func(t *testing.T, p Place) {
			f, err := mapper.Deploy(bounded(t), mapper.Plain(hang), p.with(mapper.Options{
				Scale: mapper.Scale{Max: 2}, Hedge: policy.Hedge{After: 20 * time.Millisecond},
			}))
			require.NoError(t, err)
			v, err := f.Call(bounded(t), 2)
			require.NoError(t, err)
			require.Equal(t, "done", v)
			require.Equal(t, 1, f.Stats().HedgesWon)
			require.NoError(t, f.Stop(bounded(t)))
		},
	}.run(t, places)
}
