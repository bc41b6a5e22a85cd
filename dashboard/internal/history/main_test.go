package history_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errTest = errors.New("the disk is full")

// during is work of some length that obeys its context.
func during(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func ints(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// describe shows an input as a test can tell it from its index.
func describe(input any) string { return fmt.Sprintf("order %d", input) }

// only is the one run, or function, that the book has.
func only(t *testing.T, b *history.Book) history.Run {
	t.Helper()
	o := b.Overview(history.RunFilter{})
	require.Len(t, o.Runs, 1)
	return get(t, b, o.Runs[0].ID)
}

func get(t *testing.T, b *history.Book, id uint64) history.Run {
	t.Helper()
	run, ok := b.Run(id)
	require.True(t, ok)
	return run
}

func inputs(t *testing.T, b *history.Book, id uint64, f history.InputFilter) history.Page[history.Input] {
	t.Helper()
	page, ok := b.Inputs(id, f)
	require.True(t, ok)
	return page
}

func containers(t *testing.T, b *history.Book, id uint64, f history.ContainerFilter) history.Page[history.Container] {
	t.Helper()
	page, ok := b.Containers(id, f)
	require.True(t, ok)
	return page
}

func input(t *testing.T, b *history.Book, id uint64, index int) history.InputStory {
	t.Helper()
	s, ok := b.Input(id, index)
	require.True(t, ok, "input %d", index)
	return s
}

// indexes are those of the inputs on a page.
func indexes(page history.Page[history.Input]) []int {
	all := []int{}
	for _, in := range page.Items {
		all = append(all, in.Index)
	}
	return all
}

// outcomes are those of the attempts of an input.
func outcomes(s history.InputStory) []string {
	all := []string{}
	for _, a := range s.Story {
		all = append(all, a.Outcome)
	}
	return all
}

// readable is v as JSON, for the message of a failed test.
func readable(v any) string {
	text, _ := json.MarshalIndent(v, "", " ")
	return string(text)
}

// deploy deploys a function that is stopped with the test.
func deploy[In, Out any](t *testing.T, fn func(context.Context, In) (Out, error), opts mapper.Options) *mapper.Function[In, Out] {
	t.Helper()
	f, err := mapper.Deploy(t.Context(), mapper.Plain(fn), opts)
	require.NoError(t, err)
	return f
}
