package dashboard

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

func TestARealRun(t *testing.T) {
	t.Parallel()
	d := New(Options{Describe: func(in any) string { return fmt.Sprintf("file-%v", in) }})
	defer d.Close()
	_, err := mapper.Collect(t.Context(), func(_ context.Context, in int) (int, error) {
		switch {
		case in == 7:
			panic("<b>seven</b>")
		case in%4 == 1:
			return 0, errors.New("no such file")
		}
		return in, nil
	}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, mapper.Options{
		Name: "read-all", ReturnExceptions: true, Observer: d, Containers: 2, Retries: policy.FixedRetries(1),
	})
	require.Error(t, err)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(func(_ context.Context, in int) (int, error) {
		return 0, errors.New("not today")
	}), mapper.Options{Name: "deployed", Observer: d})
	require.NoError(t, err)
	_, _ = f.Collect(t.Context(), []int{1, 2, 3}, mapper.RunOptions{ReturnExceptions: true})
	_, err = f.Call(t.Context(), 4)
	require.Error(t, err)
	require.NoError(t, f.Stop(t.Context()))

	home := get(t, d, "/").Body.String()
	require.Contains(t, words(home), "read-all")
	require.Contains(t, words(home), "deployed")
	runs := regexp.MustCompile(`id="run-(\d+)"`).FindAllStringSubmatch(home, -1)
	require.Len(t, runs, 3)
	for _, run := range runs {
		page := get(t, d, "/runs/"+run[1]).Body.String()
		if strings.Contains(page, "<title>read-all") {
			require.Contains(t, words(page), "6 of 10 succeeded, 60 %, 4 failed")
			require.Contains(t, page, "&lt;b&gt;seven&lt;/b&gt;")
			require.Contains(t, get(t, d, "/runs/"+run[1]+"/inputs").Body.String(), "file-7")
		}
	}
	scraped := get(t, d, "/metrics")
	require.Equal(t, metrics.ContentType, scraped.Header().Get("Content-Type"))
	for state, n := range map[string]int{"succeeded": 6, "failed": 4} {
		require.Contains(t, scraped.Body.String(), fmt.Sprintf("longshore_inputs_total{function=%q,kind=\"run\",state=%q} %d\n", "read-all", state, n))
	}
	server := mounted(t, d)
	pages := crawl(t, server.Client(), server.URL+"/long/shore/")
	require.Greater(t, len(pages), 60)
}

// crowd is a view of a run with many failures. There is nothing behind it, so that no event is
// lost.
type crowd struct {
	mapper.View
	failed int
	done   chan struct{}
}

func (c crowd) About() mapper.About {
	return mapper.About{ID: 1 << 40, Name: "crowd", Started: time.Now()}
}

func (c crowd) Counts() mapper.Counts              { return mapper.Counts{Inputs: c.failed, Failed: c.failed} }
func (c crowd) Pool() supervisor.Snapshot          { return supervisor.Snapshot{} }
func (c crowd) Containers() []mapper.ContainerView { return nil }
func (c crowd) Value(int) (any, bool)              { return nil, false }
func (c crowd) Done() <-chan struct{}              { return c.done }
func (c crowd) Err() error                         { return nil }

func TestTenThousandRows(t *testing.T) {
	t.Parallel()
	d := New(Options{})
	defer d.Close()
	run := crowd{failed: 10_000, done: make(chan struct{})}
	defer close(run.done)
	d.Watch(run)
	for i := range run.failed {
		d.Observe(supervisor.Event{
			Time: time.Now(), Kind: supervisor.InputFailed, Pool: 1 << 40, Run: 1 << 40, Container: -1, Lineage: -1, Input: i, Attempt: 1,
			Err: fmt.Errorf("no file %d", i),
		})
	}
	at := fmt.Sprintf("/runs/%d/inputs?state=failed", 1<<40)
	for path, said := range map[string]string{
		at:                  "1 to 50 of 10,000 Next",
		at + "&offset=50":   "51 to 100 of 10,000 Previous Next",
		at + "&offset=9950": "9,951 to 10,000 of 10,000 Previous",
		at + "&q=999":       "1 to 19 of 19",
	} {
		page := get(t, d, path).Body.String()
		require.Contains(t, words(page), said, path)
		require.LessOrEqual(t, strings.Count(page, `<tr id="i-`), 50)
		require.Less(t, len(page), 100<<10)
	}
}
