package runtimes

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

var (
	_ = process.Register(echo)
	_ = process.Register(upper)
	_ = process.Register(invert)
)

func echo(_ context.Context, b []byte) ([]byte, error)  { return b, nil }
func upper(_ context.Context, s string) (string, error) { return strings.ToUpper(s), nil }
func invert(_ context.Context, m thing) (thing, error) {
	return thing{m.Sub, m.Tags, &m.Name, m.Name}, nil
}

var _ = process.RegisterEach(visit)

// visit is a function without a value.
func visit(ctx context.Context, o order) error {
	_, err := obey(ctx, o)
	return err
}

// thing is a value with everything that is not flat.
type thing struct {
	Sub  map[string][]int
	Tags []string
	Link *string
	Name string
}

func testValues(t *testing.T, places []Place) {
	contract{
		"Map": func(t *testing.T, p Place) {
			right(t, gather(mapper.Map(bounded(t), obey, orders(500), p.with(mapper.Options{}))), 500)
		},
		"MapSeq": func(t *testing.T, p Place) {
			right(t, gather(mapper.MapSeq(bounded(t), obey, slices.Values(orders(500)), p.with(mapper.Options{}))), 500)
		},
		"Start and All": func(t *testing.T, p Place) {
			all, run := results(t, p.with(mapper.Options{}), orders(500))
			right(t, all, 500)
			require.NoError(t, run.Wait())
			stats := run.Stats()
			require.Equal(t, []int{500, 500, 500, 0}, []int{stats.Inputs, stats.Taken, stats.Succeeded, stats.Failed})
			require.Zero(t, stats.Pool.Crashes)
		},
		"a window of two": func(t *testing.T, p Place) {
			all, _ := results(t, p.with(mapper.Options{Outstanding: 2}), orders(100))
			right(t, all, 100)
		},
		"Unordered": func(t *testing.T, p Place) {
			dir := t.TempDir()
			run, err := mapper.Start(bounded(t), obey, slices.Values(orders(50, order{N: 0, Do: "wait", Dir: dir})), p.with(mapper.Options{Unordered: true}))
			require.NoError(t, err)
			var all []mapper.Result[order, answer]
			for r := range run.All() {
				if all = append(all, r); len(all) == 1 {
					require.NotZero(t, r.Index, "it waits for us")
					leave(dir, sign, "")
				}
			}
			slices.SortFunc(all, func(a, b mapper.Result[order, answer]) int { return a.Index - b.Index })
			right(t, all, 50)
		},
		"Collect": func(t *testing.T, p Place) {
			values, err := mapper.Collect(bounded(t), obey, orders(500), p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Len(t, values, 500)
			for i, v := range values {
				require.Equal(t, i*i, v.Square)
				require.Equal(t, p.elsewhere(), v.PID != os.Getpid())
			}
		},
		"Each": func(t *testing.T, p Place) {
			dir := t.TempDir()
			in := orders(50)
			for i := range in {
				in[i].Dir = dir
			}
			require.NoError(t, mapper.Each(bounded(t), visit, in, p.with(mapper.Options{})))
			require.Len(t, begun(t, dir), 50)
		},
		"no inputs": func(t *testing.T, p Place) {
			require.Empty(t, gather(mapper.Map(bounded(t), obey, nil, p.with(mapper.Options{}))))
			values, err := mapper.Collect(bounded(t), obey, nil, p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Empty(t, values)
		},
		"bytes": func(t *testing.T, p Place) {
			in := [][]byte{{}, {0}, []byte("text"), make([]byte, 3<<20)}
			in[3][1<<20] = 1
			values, err := mapper.Collect(bounded(t), echo, in, p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Len(t, values, 4)
			for i := range in {
				require.Equal(t, string(in[i]), string(values[i])) // whether an empty slice is nil is not told
			}
		},
		"strings": func(t *testing.T, p Place) {
			values, err := mapper.Collect(bounded(t), upper, []string{"", "a", "é\x00ß"}, p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Equal(t, []string{"", "A", "É\x00ß"}, values)
		},
		"structs": func(t *testing.T, p Place) {
			in := thing{Sub: map[string][]int{"a": {1, 2}, "b": {3}}, Tags: []string{"x", ""}, Name: "name"}
			values, err := mapper.Collect(bounded(t), invert, []thing{in, {}, in}, p.with(mapper.Options{}))
			require.NoError(t, err)
			require.Len(t, values, 3)
			for _, i := range []int{0, 2} {
				require.Equal(t, in.Sub, values[i].Sub)
				require.Equal(t, in.Tags, values[i].Tags)
				require.Equal(t, "name", *values[i].Link)
			}
			require.Empty(t, values[1].Sub)
		},
		"containers": func(t *testing.T, p Place) { // two containers, two at a time
			dir := t.TempDir()
			run, err := mapper.Start(bounded(t), obey, slices.Values(orders(2, order{N: 0, Do: "wait", Dir: dir}, order{N: 1, Do: "wait", Dir: dir})), p.with(mapper.Options{}))
			require.NoError(t, err)
			eventually(t, "both execute", func() bool { return len(begun(t, dir)) == 2 })
			leave(dir, sign, "")
			all := slices.Collect(run.All())
			right(t, all, 2)
			require.NotEqual(t, all[0].Value.Container, all[1].Value.Container)
			require.Equal(t, p.Alone, all[0].Value.PID != all[1].Value.PID)
		},
		"recycled containers": func(t *testing.T, p Place) {
			all, run := results(t, p.with(mapper.Options{Containers: 1, Recycle: mapper.Recycle{Inputs: 5}}), orders(50))
			right(t, all, 50)
			executed := map[int]int{}
			for _, r := range all {
				executed[r.Value.Container]++
			}
			for c, n := range executed {
				require.LessOrEqual(t, n, 5, "container %d", c)
			}
			require.Zero(t, run.Stats().Pool.Crashes)
		},
	}.run(t, places)
}

func gather(results <-chan mapper.Result[order, answer]) (all []mapper.Result[order, answer]) {
	for r := range results {
		all = append(all, r)
	}
	return all
}
