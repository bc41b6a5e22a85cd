package runtimes

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
)

// testPoison: bad inputs among good ones fail, and no good one does, wherever they stand and wherever containers run.
// With -v it prints crashes and time.
func testPoison(t *testing.T, places []Place) {
	cases := map[string]struct {
		n       int
		poison  func(i int) bool
		options mapper.Options
		crashes int // for each poison
	}{
		"3 at the head":         {1000, func(i int) bool { return i < 3 }, mapper.Options{}, 3},
		"20 from 1":             {1000, func(i int) bool { return i >= 1 && i < 21 }, mapper.Options{}, 3},
		"20 at the end":         {1000, func(i int) bool { return i >= 980 }, mapper.Options{}, 3},
		"every second":          {100, func(i int) bool { return i%2 == 0 }, mapper.Options{Containers: 8}, 3},
		"AtMostOnce, 20 from 1": {1000, func(i int) bool { return i >= 1 && i < 21 }, mapper.Options{AtMostOnce: true}, 1},
	}
	table := contract{}
	for name, c := range cases {
		table[name] = func(t *testing.T, p Place) {
			inputs := orders(c.n)
			var poison []int
			for i := range inputs {
				if c.poison(i) {
					inputs[i].Do = "panic"
					poison = append(poison, i)
				}
			}
			opts := p.with(c.options)
			opts.ReturnExceptions = true
			begin := time.Now()
			all, run := results(t, opts, inputs)
			require.NoError(t, run.Wait())
			right(t, all, c.n, poison...)
			for _, i := range poison {
				crashOf(t, all[i])
				require.Equal(t, c.crashes, all[i].Attempts)
			}
			crashes := run.Stats().Pool.Crashes
			t.Logf("%d of %d bad, %d crashes, %v", len(poison), c.n, crashes, time.Since(begin))
			require.Equal(t, c.crashes*len(poison), crashes)
		}
	}
	table.run(t, places)
}
