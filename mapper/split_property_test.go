package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// insertion is a run over batches with bad rows.
type insertion struct {
	Way       string
	Inputs    int
	Bad       []int
	Batch     mapper.Batch
	Opts      mapper.Options
	Permanent bool
	Takes     time.Duration // at most
}

func drawInsertion(rt *rapid.T) *insertion {
	s := &insertion{
		Way:    rapid.SampledFrom([]string{"map", "mapseq", "run", "calls"}).Draw(rt, "way"),
		Inputs: rapid.IntRange(1, 60).Draw(rt, "inputs"),
		Batch: mapper.Batch{
			Size: rapid.IntRange(1, 20).Draw(rt, "size"),
			Wait: time.Duration(rapid.SampledFrom([]int{0, 5, 1000}).Draw(rt, "wait")) * time.Millisecond,
		},
		Opts: mapper.Options{
			Containers:       rapid.IntRange(1, 5).Draw(rt, "containers"),
			MaxInputs:        rapid.SampledFrom([]int{1, 1, 3}).Draw(rt, "maxInputs"),
			Retries:          policy.Retries{MaxRetries: rapid.IntRange(0, 2).Draw(rt, "retries"), InitialDelay: 20 * time.Millisecond},
			Recycle:          mapper.Recycle{Inputs: rapid.SampledFrom([]int{0, 0, 7}).Draw(rt, "recycle")},
			ReturnExceptions: true,
			Unordered:        rapid.Bool().Draw(rt, "unordered"),
		},
		Permanent: rapid.Bool().Draw(rt, "permanent"),
		Takes:     time.Duration(rapid.SampledFrom([]int{0, 1, 10}).Draw(rt, "takes")) * time.Millisecond,
	}
	s.Bad = rapid.SliceOfNDistinct(rapid.IntRange(0, s.Inputs-1), 0, s.Inputs, rapid.ID).Draw(rt, "bad")
	slices.Sort(s.Bad)
	return s
}

// TestOnlyBadRowsFail: whatever the batches, exactly the bad rows fail, each row is in the table at most
// once and settles once, in order where that is asked for, and the search costs no more than it may.
func TestOnlyBadRowsFail(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawInsertion(rt)
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = s.play(t.Context()) })
		if problem != nil {
			rt.Fatalf("%v\nin %+v", problem, s)
		}
	})
}

func (s *insertion) play(ctx context.Context) error {
	b := newTable(s.Bad...)
	if s.Permanent {
		b.says = policy.Permanent(errBad)
	}
	body := mapper.Batched(func(ctx context.Context, in []int) ([]int, error) {
		if s.Takes > 0 {
			time.Sleep(rand.N(s.Takes))
		}
		return b.insert(ctx, in)
	}, s.Batch)
	got, err := s.results(ctx, body)
	if err != nil {
		return err
	}
	return errors.Join(s.judge(b, got), s.count(b))
}

// results runs the body over the inputs.
func (s *insertion) results(ctx context.Context, body mapper.Body[int, int]) (got []mapper.Result[int, int], err error) {
	switch s.Way {
	case "map":
		return results(body.Map(ctx, ints(s.Inputs), s.Opts)), nil
	case "mapseq":
		return results(body.MapSeq(ctx, slices.Values(ints(s.Inputs)), s.Opts)), nil
	}
	opts := s.Opts
	opts.ReturnExceptions, opts.Unordered = false, false
	f, err := mapper.Deploy(ctx, body, opts)
	if err != nil {
		return nil, err
	}
	if s.Way == "run" {
		got = results(f.Map(ctx, ints(s.Inputs), mapper.RunOptions{ReturnExceptions: true, Unordered: s.Opts.Unordered}))
		return got, f.Stop(ctx)
	}
	calls, err := f.SpawnAll(ctx, ints(s.Inputs))
	for i, c := range calls {
		v, err := c.Get(ctx)
		got = append(got, mapper.Result[int, int]{Index: i, Input: i, Value: v, Err: err})
	}
	return got, errors.Join(err, f.Stop(ctx))
}

// judge looks at each result.
func (s *insertion) judge(b *table, got []mapper.Result[int, int]) error {
	if s.Opts.Unordered {
		slices.SortFunc(got, func(a, b mapper.Result[int, int]) int { return a.Index - b.Index })
	}
	if len(got) != s.Inputs {
		return fmt.Errorf("%d results", len(got))
	}
	for i, r := range got {
		bad := b.bad[i]
		switch {
		case r.Index != i:
			return fmt.Errorf("index %d in place %d", r.Index, i)
		case bad != (r.Err == errBad), !bad && r.Value != 2*i:
			return fmt.Errorf("row %d, bad %v: %+v", i, bad, r)
		case s.Way != "calls" && r.Attempts != b.tries[i]:
			return fmt.Errorf("row %d was tried %d times: %+v", i, b.tries[i], r)
		case !bad && b.rows[i] != 1:
			return fmt.Errorf("row %d is in the table %d times", i, b.rows[i])
		}
	}
	return nil
}

// count compares the calls with what they may be. Of the batches that would fail for good no more can be made than
// there are bad rows; each of them costs 2n-1 calls. Retries mix the rows of batches.
func (s *insertion) count(b *table) error {
	if s.Opts.Retries.MaxRetries > 0 && !s.Permanent {
		return s.countRetried(b)
	}
	most, first := 0, map[int]bool{}
	for _, in := range b.seen {
		fails, fresh := false, !first[in[0]]
		for _, i := range in {
			first[i] = true
			fails = fails || b.bad[i]
		}
		switch {
		case !fresh:
		case fails:
			most += 2*len(in) - 1
		default:
			most++
		}
	}
	if len(b.seen) > most {
		return fmt.Errorf("%d calls, %d are allowed: %v", len(b.seen), most, b.seen)
	}
	return nil
}

// countRetried: a batch that is retried is none that is searched. That happens at the end only, and takes no more
// calls of a row than its retries and the depth of the search.
func (s *insertion) countRetried(b *table) error {
	depth := 2
	for n := s.Batch.Size; n > 1; n = (n + 1) / 2 {
		depth++
	}
	for i, n := range b.tries {
		if most := s.Opts.Retries.MaxRetries + depth; n > most {
			return fmt.Errorf("row %d was executed %d times, %d are allowed: %v", i, n, most, b.seen)
		}
	}
	return nil
}
