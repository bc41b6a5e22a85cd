package journal_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
)

// book notes what is executed.
type book struct {
	mu    sync.Mutex
	calls map[string]int
	fails func(in string) error
}

func (b *book) fn(_ context.Context, in string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.calls == nil {
		b.calls = map[string]int{}
	}
	b.calls[in]++
	if b.fails != nil {
		if err := b.fails(in); err != nil {
			return "", err
		}
	}
	return "did " + in, nil
}

func open(t testing.TB, path string, o journal.Options) *journal.File {
	o.NoSync = true // these tests kill nobody
	j, err := journal.Open(path, o)
	require.NoError(t, err)
	return j
}

func did(inputs []string) []string {
	var out []string
	for _, in := range inputs {
		out = append(out, "did "+in)
	}
	return out
}

// all reads a channel of results, by index.
func all[In, Out any](t testing.TB, results <-chan mapper.Result[In, Out]) (values []Out, errs map[int]error) {
	errs = map[int]error{}
	for r := range results {
		require.GreaterOrEqual(t, r.Index, 0, r.Err)
		for len(values) <= r.Index {
			values = append(values, *new(Out))
		}
		values[r.Index] = r.Value
		if r.Err != nil {
			errs[r.Index] = r.Err
		}
	}
	return values, errs
}

// doors are all ways to run a function with a journal, on an iterator or a slice.
var doors = map[string]func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error){
	"Map": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.Map(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Map unordered": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.Map(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true, Unordered: true}))
	},
	"MapSeq": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.MapSeq(t.Context(), b.fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"MapSeq, narrow": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.MapSeq(t.Context(), b.fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true, Containers: 2, Outstanding: 2}))
	},
	"Start": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		run, err := mapper.Start(t.Context(), b.fn, slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true})
		require.NoError(t, err)
		defer func() { require.NoError(t, run.Wait()) }()
		return all(t, run.Results())
	},
	"Collect": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return collected(t)(mapper.Collect(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"WithState": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		body := mapper.WithState(func(context.Context) (int, error) { return 1, nil },
			func(ctx context.Context, _ int, in string) (string, error) { return b.fn(ctx, in) }, nil)
		return collected(t)(body.Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Batched": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return collected(t)(mapper.Batched(b.batch, mapper.Batch{Size: 7}).Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Batched.MapSeq": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		return all(t, mapper.Batched(b.batch, mapper.Batch{Size: 7}).MapSeq(t.Context(), slices.Values(inputs), mapper.Options{Journal: j, ReturnExceptions: true}))
	},
	"Function.Map": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		f := deployed(t, b)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		return all(t, f.Map(t.Context(), inputs, mapper.RunOptions{Journal: j, ReturnExceptions: true}))
	},
	"Function.Collect": func(t testing.TB, b *book, inputs []string, j mapper.Journal) ([]string, map[int]error) {
		f := deployed(t, b)
		defer func() { require.NoError(t, f.Stop(context.Background())) }()
		return collected(t)(f.Collect(t.Context(), inputs, mapper.RunOptions{Journal: j, ReturnExceptions: true}))
	},
}

func (b *book) batch(ctx context.Context, inputs []string) (out []string, err error) {
	each := make(mapper.Errors, len(inputs))
	for i, in := range inputs {
		v, err := b.fn(ctx, in)
		out = append(out, v)
		each[i] = err
	}
	if !slices.ContainsFunc(each, func(err error) bool { return err != nil }) {
		return out, nil
	}
	return out, each
}

func deployed(t testing.TB, b *book) *mapper.Function[string, string] {
	f, err := mapper.Deploy(context.Background(), mapper.Plain(b.fn), mapper.Options{Containers: 4})
	require.NoError(t, err)
	return f
}

func collected(t testing.TB) func([]string, error) ([]string, map[int]error) {
	return func(out []string, err error) ([]string, map[int]error) {
		errs := map[int]error{}
		var failures *mapper.FailuresError
		if errors.As(err, &failures) {
			for _, f := range failures.Failures {
				errs[f.Index] = f.Err
			}
		} else {
			require.NoError(t, err)
		}
		return out, errs
	}
}

// TestDoors runs each door twice: what has failed the first time runs again, and nothing else, and
// what it returns is as if nothing had happened.
func TestDoors(t *testing.T) {
	t.Parallel()
	for name, run := range doors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "j")
			inputs := texts(200)
			first := &book{fails: func(in string) error {
				if in[len(in)-1] == '3' {
					return errors.New("no")
				}
				return nil
			}}
			j := open(t, path, journal.Options{})
			_, errs := run(t, first, inputs, j)
			require.Len(t, errs, 20)
			require.NoError(t, j.Close())

			second := &book{}
			j = open(t, path, journal.Options{})
			out, errs := run(t, second, inputs, j)
			require.Empty(t, errs)
			require.Equal(t, did(inputs), out)
			require.Len(t, second.calls, 20)

			third := &book{} // in the same process
			out, _ = run(t, third, inputs, j)
			require.Equal(t, did(inputs), out)
			require.Empty(t, third.calls)
			require.NoError(t, j.Close())
		})
	}
}

// TestCounts says what the journal had.
func TestCounts(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
	defer j.Close()
	_, err := collect(t, j, texts(60))
	require.NoError(t, err)
	run, err := mapper.Start(t.Context(), (&book{}).fn, slices.Values(texts(100)), mapper.Options{Journal: j})
	require.NoError(t, err)
	for r := range run.All() {
		require.NoError(t, r.Err)
	}
	s := run.Stats()
	require.Equal(t, []int{100, 60, 0}, []int{s.Succeeded, s.Restored, s.Unrecorded})
}

// TestEach has no values to store.
func TestEach(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
	defer j.Close()
	var b book
	fn := func(ctx context.Context, in string) error {
		_, err := b.fn(ctx, in)
		return err
	}
	for range 2 {
		require.NoError(t, mapper.Each(t.Context(), fn, texts(100), mapper.Options{Journal: j}))
	}
	require.Len(t, b.calls, 100)
	for _, n := range b.calls {
		require.Equal(t, 1, n)
	}
}

func TestRefusedDoors(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
	var invalid *policy.InvalidError
	several := func(context.Context, int) iter.Seq2[int, error] { return nil }
	for o := range mapper.Stream(t.Context(), several, slices.Values([]int{1}), mapper.Options{Journal: j}) {
		require.ErrorAs(t, o.Err, &invalid)
		require.Equal(t, "Journal", invalid.Field)
	}
	_, err := mapper.Deploy(t.Context(), mapper.Plain((&book{}).fn), mapper.Options{Journal: j})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "Journal", invalid.Field)

	run, err := mapper.Start(t.Context(), (&book{}).fn, slices.Values(texts(3)), mapper.Options{Journal: j})
	require.NoError(t, err)
	_, err = mapper.Collect(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	require.ErrorAs(t, err, &invalid, "one run at a time")
	require.Equal(t, "Journal", invalid.Field)
	for r := range run.All() {
		require.NoError(t, r.Err)
	}
	_, err = mapper.Collect(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	require.NoError(t, err, "the other run is over")
	require.NoError(t, j.Close())
	require.NoError(t, j.Close())
	_, err = mapper.Collect(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	var closed *mapper.JournalError
	require.ErrorAs(t, err, &closed)
	res := <-mapper.Map(t.Context(), (&book{}).fn, texts(3), mapper.Options{Journal: j})
	require.Equal(t, -1, res.Index)
	require.ErrorAs(t, res.Err, &closed)
}

// TestMoved lets a journal live through lists of inputs that are permuted, grown, shrunk and have
// equal ones. The model of it is a map: how many rows a content has.
func TestMoved(t *testing.T) {
	t.Parallel()
	names := slices.Collect(maps.Keys(doors))
	slices.Sort(names)
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "j")
		recorded, hasFailed := map[string]int{}, map[string]bool{}
		for range rapid.IntRange(2, 5).Draw(rt, "lives") {
			inputs := rapid.SliceOfN(rapid.StringMatching(`[a-f]{1,2}`), 0, 40).Draw(rt, "inputs")
			bad := rapid.StringMatching(`[a-f]`).Draw(rt, "bad")
			door := rapid.SampledFrom(names).Draw(rt, "door")
			b := &book{fails: func(in string) error {
				if in[:1] == bad {
					return errors.New("no")
				}
				return nil
			}}
			j := open(t, path, journal.Options{})
			out, errs := doors[door](t, b, inputs, j)
			if len(out) > 0 || len(inputs) > 0 {
				require.Len(rt, out, len(inputs))
			}
			require.NoError(rt, j.Close())

			wanted := map[string]int{}
			for i, in := range inputs {
				wanted[in]++
				if wanted[in] > recorded[in] && in[:1] == bad {
					require.Contains(rt, errs, lastOf(inputs, in, errs), "%d", i)
				}
			}
			executed := map[string]int{}
			for in, n := range wanted {
				if more := n - recorded[in]; more > 0 {
					executed[in] = more
					if in[:1] != bad {
						recorded[in] = n
					}
				}
			}
			for in, n := range b.calls {
				// Along an iterator a failure at the right place is taken for its input's, although
				// farther on an equal one has succeeded: then that runs again.
				if !hasFailed[in] {
					require.Equal(rt, executed[in], n)
				}
			}
			for in, n := range executed {
				require.GreaterOrEqual(rt, b.calls[in], n)
			}
			for i := range errs {
				hasFailed[inputs[i]] = true
			}
			for i, in := range inputs {
				if errs[i] == nil {
					require.Equal(rt, "did "+in, out[i])
				} else {
					require.Equal(rt, bad, in[:1])
				}
			}
		}
	})
}

// lastOf is the last index of an input that has failed.
func lastOf(inputs []string, in string, errs map[int]error) int {
	for i := len(inputs) - 1; i >= 0; i-- {
		if inputs[i] == in && errs[i] != nil {
			return i
		}
	}
	return -1
}

func orEmpty(m map[string]int) map[string]int {
	if m == nil {
		return map[string]int{}
	}
	return m
}

// TestInFront puts one input in front of the others: by their index alone all of them would get
// another one's value.
func TestInFront(t *testing.T) {
	t.Parallel()
	for name, run := range doors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
			defer j.Close()
			inputs := texts(3000)
			_, errs := run(t, &book{}, inputs, j)
			require.Empty(t, errs)
			inputs = append([]string{"new"}, inputs...)
			for _, executed := range []map[string]int{{"new": 1}, {}} {
				var b book
				out, _ := run(t, &b, inputs, j)
				require.Equal(t, did(inputs), out)
				require.Equal(t, executed, orEmpty(b.calls))
			}
		})
	}
}

// TestFreshOnly delivers what is new, and in its place.
func TestFreshOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	inputs := texts(3000)
	j := open(t, path, journal.Options{})
	_, err := mapper.Collect(t.Context(), (&book{}).fn, inputs[:1000], mapper.Options{Journal: j})
	require.NoError(t, err)
	require.NoError(t, j.Close())
	for _, unordered := range []bool{false, true} {
		j = open(t, path, journal.Options{FreshOnly: true})
		var fresh []string
		b := &book{fails: func(string) error { return errors.New("no") }} // so that they are new twice
		for r := range mapper.Map(t.Context(), b.fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true, Unordered: unordered}) {
			fresh = append(fresh, r.Input)
		}
		slices.Sort(fresh)
		require.Equal(t, inputs[1000:], fresh)
		require.NoError(t, j.Close())
	}
	j = open(t, path, journal.Options{FreshOnly: true})
	defer j.Close()
	out, err := mapper.Collect(t.Context(), (&book{}).fn, inputs, mapper.Options{Journal: j})
	require.NoError(t, err)
	require.Equal(t, append(make([]string, 1000), did(inputs[1000:])...), out)
}

// TestAttempts are those of the life in which an input has succeeded.
func TestAttempts(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{})
	defer j.Close()
	seen := map[string]bool{}
	flaky := func(_ context.Context, in string) (string, error) {
		if in == "b" && !seen[in] {
			seen[in] = true
			return "", policy.RetryAfter(errors.New("later"), 0)
		}
		return in, nil
	}
	opts := mapper.Options{Journal: j, Containers: 1, Retries: policy.FixedRetries(1)}
	for range 2 {
		var attempts []int
		for r := range mapper.Map(t.Context(), flaky, []string{"a", "b", "c"}, opts) {
			require.NoError(t, r.Err)
			attempts = append(attempts, r.Attempts)
		}
		require.Equal(t, []int{1, 2, 1}, attempts)
	}
	require.Equal(t, fmt.Sprint(map[string]bool{"b": true}), fmt.Sprint(seen))
}
