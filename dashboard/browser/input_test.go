package browser

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// An input is followed from attempt to attempt.
func TestInput(t *testing.T) {
	t.Parallel()
	s := newStage(t, dashboard.Options{Describe: func(in any) string { return fmt.Sprintf("page %v of the book", in) }})
	p := newTab(t)
	v := make(valve)
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) {
			if n != 2 {
				return n, nil
			}
			if err := v.pass(ctx); err != nil {
				return 0, err
			}
			if a, _ := mapper.AttemptFrom(ctx); a.Attempt < 3 {
				return 0, fmt.Errorf("attempt %d: %w", a.Attempt, errors.New("the scanner is busy"))
			}
			return n, nil
		}, numbers(5), mapper.Options{
			Name: "scan", Containers: 2, Observer: s,
			Retries: policy.Retries{MaxRetries: 4, InitialDelay: 2 * time.Second},
		}))
	})
	v.open(t, 1)
	p.open(s.url(s.run("scan", "inputs")))
	p.click(`a[href$="inputs/2"]`)
	p.shows("h1", "Input 2")
	p.shows("main", "page 2 of the book")
	p.shows(".head .state", "retrying")
	p.await(`/next attempt in \d/.test(eyes.text(".head"))`)
	p.await(attempts + `.length === 1 && ` + attempts + `[0].includes("the scanner is busy")`)
	p.picture("retrying")
	v.open(t, 1)
	p.await(attempts + `.length === 2`)
	v.open(t, 1)
	p.shows(".head .state", "succeeded")
	p.await(attempts + `.length === 3 && ` + attempts + `[2].includes("succeeded")`)
	p.await(attempts + `.every((t) => /\d (ms|µs|s)/.test(t))`)
	p.picture("succeeded")
	require.Equal(t, []string{"1", "2", "3"}, ask[[]string](p, `eyes.texts("section[aria-labelledby=attempts] tbody td:first-child")`))
}

const attempts = `eyes.texts("section[aria-labelledby=attempts] tbody tr")`
