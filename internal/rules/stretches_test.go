package rules_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/internal/rules"
)

// drain takes everything out of the list, stretch by stretch.
func drain(s *rules.Stretches) (all []rules.Stretch) {
	for r := s.TakeLowest(1 << 30); r.Len() > 0; r = s.TakeLowest(1 << 30) {
		all = append(all, r)
	}
	return all
}

func TestStretchesJoin(t *testing.T) {
	t.Parallel()
	type r = rules.Stretch
	for name, c := range map[string]struct{ add, want []r }{
		"none":           {nil, nil},
		"empty":          {[]r{{5, 5}, {7, 3}}, nil},
		"apart":          {[]r{{8, 9}, {0, 2}, {4, 6}}, []r{{0, 2}, {4, 6}, {8, 9}}},
		"left":           {[]r{{0, 2}, {2, 6}}, []r{{0, 6}}},
		"right":          {[]r{{2, 6}, {0, 2}}, []r{{0, 6}}},
		"both":           {[]r{{0, 2}, {4, 6}, {2, 4}}, []r{{0, 6}}},
		"in the middle":  {[]r{{0, 2}, {6, 8}, {3, 5}}, []r{{0, 2}, {3, 5}, {6, 8}}},
		"one after each": {[]r{{3, 4}, {2, 3}, {1, 2}, {0, 1}}, []r{{0, 4}}},
	} {
		var s rules.Stretches
		inputs := 0
		for _, r := range c.add {
			s.Add(r.Lo, r.Hi)
			inputs += max(r.Len(), 0)
		}
		require.Equal(t, inputs, s.Len(), name)
		require.Equal(t, c.want, drain(&s), name)
		require.Zero(t, s.Len(), name)
	}
}

func TestTakeLowest(t *testing.T) {
	t.Parallel()
	var s rules.Stretches
	require.Zero(t, s.TakeLowest(5))
	s.Add(20, 23)
	s.Add(10, 15)
	require.Zero(t, s.TakeLowest(0))
	require.Zero(t, s.TakeLowest(-1))
	require.Equal(t, rules.Stretch{Lo: 10, Hi: 13}, s.TakeLowest(3))
	require.Equal(t, rules.Stretch{Lo: 13, Hi: 15}, s.TakeLowest(3), "those in a row only")
	require.Equal(t, rules.Stretch{Lo: 20, Hi: 23}, s.TakeLowest(3))
}

func TestTakeHighest(t *testing.T) {
	t.Parallel()
	var s rules.Stretches
	_, ok := s.TakeHighest()
	require.False(t, ok)
	s.Add(10, 12)
	s.Add(20, 21)
	for _, want := range []int{20, 11, 10} {
		got, ok := s.TakeHighest()
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	require.Zero(t, s.Len())
}

// TestProbeIsUniform draws every number there is once: each input comes once, of the list and from beyond.
func TestProbeIsUniform(t *testing.T) {
	t.Parallel()
	var got []int
	for k := range 10 {
		var s rules.Stretches
		s.Add(10, 13)
		s.Add(20, 21)
		input, ok := s.Probe(rules.Stretch{Lo: 30, Hi: 36}, func(n int) int {
			require.Equal(t, 10, n)
			return k
		})
		require.True(t, ok)
		got = append(got, input)
		if input < 30 {
			require.Equal(t, 3, s.Len(), "taken")
		} else {
			require.Equal(t, 4, s.Len(), "not taken: it is not in the list")
		}
	}
	require.Equal(t, []int{10, 11, 12, 20, 30, 31, 32, 33, 34, 35}, got)
}

func TestProbeOfNothing(t *testing.T) {
	t.Parallel()
	var s rules.Stretches
	for _, beyond := range []rules.Stretch{{}, {Lo: 5, Hi: 5}, {Lo: 9, Hi: 5}} {
		_, ok := s.Probe(beyond, rand.IntN)
		require.False(t, ok)
	}
}

// TestProbeOfManyStretches draws among the first inputs of all stretches, that beyond the list included.
func TestProbeOfManyStretches(t *testing.T) {
	t.Parallel()
	var s rules.Stretches
	for i := range 1024 {
		s.Add(10*i, 10*i+5)
	}
	draw := func(k, all int) func(int) int {
		return func(n int) int {
			require.Equal(t, all, n)
			return k
		}
	}
	beyond := rules.Stretch{Lo: 20000, Hi: 30000}
	for k, want := range map[int]int{0: 0, 7: 70, 1023: 10230, 1024: 20000} {
		got, ok := s.Probe(beyond, draw(k, 1025))
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	got, _ := s.Probe(rules.Stretch{}, draw(1023, 1024))
	require.Equal(t, 10231, got)
	require.Equal(t, 1024*5-4, s.Len())
}

// TestProbeBoundsTheList checks that probes of a million inputs never make more than 1,024 stretches, and still find
// every one of them.
func TestProbeBoundsTheList(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	var s rules.Stretches
	random := rand.New(rand.NewPCG(1, 2))
	next := 0
	for range 5000 {
		input, ok := s.Probe(rules.Stretch{Lo: next, Hi: n}, random.IntN)
		require.True(t, ok)
		if input >= next {
			s.Add(next, input)
			next = input + 1
		}
	}
	s.Add(next, n)
	require.Equal(t, n-5000, s.Len())
	stretches := len(drain(&s))
	require.LessOrEqual(t, stretches, 1025)
	require.Greater(t, stretches, 1000, "and it does cut them up")
}

// TestStretchesAreASet drives the list and a plain set of inputs alike.
func TestStretchesAreASet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const n = 60
		var s rules.Stretches
		in := make([]bool, n) // fresh and given back
		next := 0             // from here on nobody has taken any
		count := func() (c int) {
			for _, yes := range in {
				if yes {
					c++
				}
			}
			return c
		}
		take := func(i int) {
			require.True(t, in[i], "input %d was not there", i)
			in[i] = false
		}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "op") {
			case 0: // give back what is out
				lo := rapid.IntRange(0, n-1).Draw(t, "lo")
				hi := lo
				for hi < min(next, lo+8) && !in[hi] {
					in[hi] = true
					hi++
				}
				s.Add(lo, hi)
			case 1:
				lowest, most := slices.Index(in, true), rapid.IntRange(1, 9).Draw(t, "most")
				r := s.TakeLowest(most)
				require.Equal(t, lowest < 0, r.Len() == 0)
				if lowest >= 0 {
					require.Equal(t, lowest, r.Lo)
					require.LessOrEqual(t, r.Len(), most)
					require.True(t, r.Len() == most || r.Hi == n || !in[r.Hi], "as many as stand in a row")
				}
				for i := r.Lo; i < r.Hi; i++ {
					take(i)
				}
			case 2:
				limit := min(n, next+10)
				inputs := count() + limit - next
				input, ok := s.Probe(rules.Stretch{Lo: next, Hi: limit}, func(m int) int {
					require.Equal(t, inputs, m, "all that is in reach")
					return rapid.IntRange(0, m-1).Draw(t, "draw")
				})
				require.Equal(t, inputs > 0, ok)
				switch {
				case !ok:
				case input >= next:
					require.Less(t, input, limit)
					s.Add(next, input)
					for ; next < input; next++ {
						in[next] = true
					}
					next++
				default:
					take(input)
				}
			}
			require.Equal(t, count(), s.Len())
		}
	})
}

func TestStretchesAllocateNothing(t *testing.T) {
	var s rules.Stretches
	s.Add(0, 1000)
	s.Add(2000, 3000)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		r := s.TakeLowest(64)
		s.Add(r.Lo, r.Hi)
		input, _ := s.Probe(rules.Stretch{}, rand.IntN)
		s.Add(input, input+1)
	}))
}

func BenchmarkProbe(b *testing.B) {
	var s rules.Stretches
	for i := range 1000 {
		s.Add(10*i, 10*i+5)
	}
	b.ReportAllocs()
	for b.Loop() {
		input, _ := s.Probe(rules.Stretch{Lo: 1 << 20, Hi: 1<<20 + 1000}, rand.IntN)
		if input < 1<<20 {
			s.Add(input, input+1)
		}
	}
}
