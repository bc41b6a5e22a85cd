package progress_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
)

// TestCrowd: runs begin and end at once and lines are printed meanwhile; each run has its summary and each line is
// there once, whole, and nothing is left of a bar.
func TestCrowd(t *testing.T) {
	t.Parallel()
	const users, runs = 4, 15
	screen := &tty{}
	bars := progress.NewTerminal(screen, 80, progress.Options{Refresh: time.Millisecond})
	want := map[string]int{}
	var crowd sync.WaitGroup
	for user := range users {
		for run := range runs {
			want[fmt.Sprintf("line %d %d", user, run)]++
			want[fmt.Sprintf("summary %d completed", user)]++
		}
		crowd.Go(func() {
			for run := range runs {
				_, _ = mapper.Collect(context.Background(), func(_ context.Context, i int) (int, error) {
					if i == 50 {
						fmt.Fprintf(bars, "line %d %d\n", user, run)
					}
					return i, nil
				}, numbers(100), mapper.Options{Name: fmt.Sprintf("summary %d", user), Observer: bars})
			}
		})
	}
	crowd.Wait()
	require.NoError(t, bars.Close())
	got := map[string]int{}
	for _, line := range screen.shows(t) {
		line, _, _ = strings.Cut(line, ":")
		got[line]++
	}
	require.Equal(t, want, got)
}
