package journal_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestFirstFailureIsStored where it has ended the run, with what was finished before it.
func TestFirstFailureIsStored(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	inputs := append(journals.Texts(1000), "error")
	j := open(t, path, journal.Options{})
	var delivered []string // some before the failure may not have been begun
	failing := func(_ context.Context, in string) (string, error) {
		if in == "error" {
			return "", errors.New("a secret")
		}
		return in, nil
	}
	for r := range mapper.Map(t.Context(), failing, inputs, mapper.Options{Journal: j}) {
		if r.Err == nil {
			delivered = append(delivered, r.Input)
		}
	}
	require.NoError(t, j.Close())
	j = open(t, path, journal.Options{KeepFailed: true})
	defer j.Close()
	var b journals.Book
	_, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j})
	var input *mapper.InputError
	require.ErrorAs(t, err, &input)
	require.Equal(t, 1000, input.Index)
	var e *journal.StoredError
	require.ErrorAs(t, err, &e)
	for _, in := range delivered {
		require.Zero(t, b.Calls[in])
	}
}

// TestEndIsNotStored: what the end of a run leaves unfinished has not failed.
func TestEndIsNotStored(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	fn := func(ctx context.Context, in string) (string, error) {
		if in == "error" {
			cancel()
			<-ctx.Done()
			return "", ctx.Err()
		}
		return in, nil
	}
	inputs := append(append(journals.Texts(10), "error"), journals.Texts(20)[10:]...)
	_, err := mapper.Collect(ctx, fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true, Containers: 1})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, j.Close())
	j = open(t, path, journal.Options{KeepFailed: true})
	defer j.Close()
	b, err := func() (*journals.Book, error) {
		var b journals.Book
		_, err := mapper.Collect(t.Context(), b.Fn, inputs, mapper.Options{Journal: j})
		return &b, err
	}()
	require.NoError(t, err)
	require.Contains(t, b.Calls, "error")
	require.NotContains(t, b.Calls, inputs[0])
}

// TestBadInputs has inputs that have no key, and values that cannot be recorded: each fails, and
// the others do not.
func TestBadInputs(t *testing.T) {
	t.Parallel()
	type value struct{ S any }
	key := func(in int) string {
		if in == 3 {
			panic("no key")
		}
		return fmt.Sprint(in)
	}
	j := open(t, filepath.Join(t.TempDir(), "j"), journal.Options{Key: journal.KeyOf(key)})
	defer j.Close()
	fn := func(_ context.Context, in int) (value, error) {
		if in%100 == 7 {
			return value{S: make(chan int)}, nil
		}
		return value{S: "fine"}, nil
	}
	inputs := make([]int, 1000)
	for i := range inputs {
		inputs[i] = i
	}
	for range 2 {
		_, err := mapper.Collect(t.Context(), fn, inputs, mapper.Options{Journal: j, ReturnExceptions: true})
		var failures *mapper.FailuresError
		require.ErrorAs(t, err, &failures)
		require.Len(t, failures.Failures, 11)
		for _, f := range failures.Failures {
			require.True(t, f.Index == 3 || f.Index%100 == 7)
			var e *journal.EncodingError
			require.ErrorAs(t, f.Err, &e)
		}
		_, err = mapper.Batched(func(ctx context.Context, in []int) (out []value, err error) {
			for _, i := range in {
				v, _ := fn(ctx, i)
				out = append(out, v)
			}
			return out, nil
		}, mapper.Batch{Size: 10}).Collect(t.Context(), inputs, mapper.Options{Journal: j, ReturnExceptions: true})
		require.ErrorAs(t, err, &failures)
		require.Len(t, failures.Failures, 11)
	}
}

// TestInBubble runs in virtual time: a result waits for others no longer than 20 ms.
func TestInBubble(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	synctest.Test(t, func(t *testing.T) {
		j := open(t, path, journal.Options{})
		began := time.Now()
		var took []time.Duration
		slow := func(_ context.Context, in int) (int, error) {
			time.Sleep(time.Duration(in) * time.Second)
			return in, nil
		}
		for r := range mapper.Map(t.Context(), slow, []int{0, 1, 2}, mapper.Options{Journal: j, Containers: 3}) {
			require.NoError(t, r.Err)
			took = append(took, time.Since(began))
		}
		require.Equal(t, []time.Duration{20 * time.Millisecond, 1020 * time.Millisecond, 2 * time.Second}, took, "the last has nobody to wait for")
		require.NoError(t, j.Close())
	})
}

// TestAtMostOnceAfterTheEnd: what was claimed and not begun when the run ended is not lost.
func TestAtMostOnceAfterTheEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path, journal.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	inputs := journals.Texts(8_000)
	begun := map[string]bool{}
	var b journals.Book
	fn := func(ctx context.Context, in string) (string, error) {
		begun[in] = true
		if in == inputs[4_000] {
			cancel()
		}
		return b.Fn(ctx, in)
	}
	opts := mapper.Options{Journal: j, AtMostOnce: true, ReturnExceptions: true, Containers: 1}
	_, err := mapper.Collect(ctx, fn, inputs, opts)
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, j.Close())
	j = open(t, path, journal.Options{})
	defer j.Close()
	opts.Journal = j
	calls := 0
	_, errs := journals.Collected(t)(mapper.Collect(t.Context(), func(_ context.Context, in string) (string, error) {
		require.False(t, begun[in])
		calls++
		return in, nil
	}, inputs, opts))
	require.Equal(t, len(inputs)-len(begun), calls)
	require.Empty(t, errs)
}
