package browser

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// The page of a busy function costs a tab no more than 100 KB in 8 seconds.
func TestWeight(t *testing.T) {
	t.Parallel()
	s := newStage(t, dashboard.Options{})
	heavy(t, s)
	p := newTab(t)
	p.open(s.url(s.run("heavy")))
	p.await(`document.querySelectorAll(".lanes li").length >= 10 && document.querySelectorAll(".lanes .b-crashed:not([d=''])").length > 0`)
	p.await(`document.querySelectorAll(".chart:first-child .tip").length >= 15`) // there is something in the charts
	p.picture("busy")
	p.accessible("a busy function")
	require.True(t, ask[bool](p, "eyes.still()"))
	before := p.busy()
	n := s.weight(s.run("heavy"))
	spent := p.busy() - before
	t.Logf("%d bytes in 8 s, in which the main thread of the page worked for %.0f ms: %.1f %%", n, 1000*spent, 100*spent/8)
	require.Less(t, n, int64(100_000))
	require.Greater(t, n, int64(5_000), "it was busy")
}

// weight is how many bytes a stream brings in 8 seconds.
func (s *stage) weight(path string) int64 {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 8*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url(path), nil)
	require.NoError(s.t, err)
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Accept-Encoding", "gzip") // by hand: what comes is counted as it comes
	res, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer res.Body.Close()
	require.Equal(s.t, "gzip", res.Header.Get("Content-Encoding"))
	n, _ := io.Copy(io.Discard, res.Body) // it ends with the time
	return n
}

// busy is for how many seconds the main thread of the page has had a processor so far: what it waits for one, on a
// machine that does other things, is not the page's doing.
func (p *tab) busy() (seconds float64) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, at *chromedp.Target) error {
		if _, err := cdp.Call(ctx, at, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
			return err
		}
		got, err := cdp.Call(ctx, at, performance.GetMetrics, cdp.Empty{})
		for _, m := range got.Metrics {
			if m.Name == "TaskDuration" {
				seconds = m.Value
			}
		}
		return err
	}))
	return seconds
}

// heavy deploys a busy function: failures, crashes, calls and runs, all the time.
func heavy(t *testing.T, s *stage) {
	t.Helper()
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, n int) (int, error) {
		time.Sleep(time.Duration(n%13) * time.Millisecond)
		switch {
		case n%500 == 7:
			panic(errors.New("the session is lost"))
		case n%10 == 3:
			return 0, errors.New("busy")
		}
		return n, nil
	}), mapper.Options{Name: "heavy", Containers: 20, Retries: policy.FixedRetries(1), Crashes: patient, Observer: s})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	beside(t, func(ctx context.Context) {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-tick.C:
				_, _ = f.Spawn(ctx, n)
			case <-ctx.Done():
				return
			}
		}
	})
	beside(t, func(ctx context.Context) {
		for ctx.Err() == nil {
			_, _ = f.Collect(ctx, numbers(400), mapper.RunOptions{ReturnExceptions: true})
		}
	})
}
