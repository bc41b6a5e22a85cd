package cause_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/supervisor/cause"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestGroups(t *testing.T) {
	t.Parallel()
	var g cause.Groups
	g.Add(open("x"), noon, cause.Sample{Run: 1, Input: 3, Attempt: 2})
	for i := range 5 {
		at := noon.Add(time.Duration(i) * time.Second)
		got := g.Add(dial("10.0.0.1", i), at, cause.Sample{Run: 1, Input: i / 2, Attempt: 1 + i%2})
		require.Equal(t, cause.Of(dial("1.1.1.1", 1)), got)
	}
	g.Add(nil, noon, cause.Sample{})
	g.Add(dial("10.0.0.1", 9), noon.Add(-time.Hour), cause.Sample{Run: 2, Input: 2}) // told late
	require.Equal(t, []cause.Group{
		{
			Cause: cause.Of(dial("", 0)), Count: 6, First: noon, Last: noon.Add(4 * time.Second),
			Example: "dial tcp 10.0.0.1:0: connect: connection refused",
			Samples: []cause.Sample{{Run: 1, Input: 0, Attempt: 1}, {Run: 1, Input: 1, Attempt: 1}, {Run: 1, Input: 2, Attempt: 1}},
		},
		{
			Cause: cause.Of(open("")), Count: 1, First: noon, Last: noon, Example: "open x: file does not exist",
			Samples: []cause.Sample{{Run: 1, Input: 3, Attempt: 2}},
		},
	}, g.All())
	total, others := g.Total()
	require.Equal(t, []int{7, 0}, []int{total, others})
}

func TestGroupsAreLimited(t *testing.T) {
	t.Parallel()
	g := cause.Groups{Limit: 2, Samples: 1}
	for i, word := range []string{"one", "two", "three", "two", "four"} {
		g.Add(errors.New(word), noon, cause.Sample{Input: i})
	}
	all := g.All()
	require.Equal(t, []string{"two", "one"}, []string{all[0].Title, all[1].Title})
	require.Equal(t, []cause.Sample{{Input: 1}}, all[0].Samples)
	total, others := g.Total()
	require.Equal(t, []int{5, 2}, []int{total, others})
}

// TestGroupsByDefault is in a bubble: an error's text is waited for, and for so long only.
func TestGroupsByDefault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var g cause.Groups
		var all sync.WaitGroup
		for i := range 150 {
			all.Go(func() { g.Add(fmt.Errorf("cause %c%c", 'a'+i%15, 'a'+i/15), noon, cause.Sample{Input: i}) })
		}
		all.Wait()
		require.Len(t, g.All(), 100)
		total, others := g.Total()
		require.Equal(t, []int{150, 50}, []int{total, others})
	})
}
