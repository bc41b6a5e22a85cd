package runtimes

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// TestExpandingElsewhere: what a registered function can do wrong is an error of its input, and harms no other.
func TestExpandingElsewhere(t *testing.T) {
	t.Parallel()
	p := processes(process.Options{})
	if errors.Is(p.runtime.Check(obey), errors.ErrUnsupported) {
		t.Skip("no worker processes here")
	}
	_, err := mapper.Expanding(forgetful, mapper.Frontier[page]{Unique: identity}).Collect(bounded(t), []page{{Path: "root"}}, p.with(mapper.Options{}))
	require.ErrorContains(t, err, "the function was registered without")

	values, err := mapper.Expanding(vast, mapper.Frontier[page]{}).Collect(bounded(t), []page{{Path: "a", Do: "vast"}, {Path: "root"}, {Path: "b", Do: "vast"}, {Path: "root"}},
		p.with(mapper.Options{Containers: 1, ReturnExceptions: true}))
	require.Equal(t, []string{"", "root", "", "root", "root/0", "root/0"}, values)
	failed, ok := errors.AsType[*mapper.FailuresError](err)
	require.True(t, ok, err)
	require.Len(t, failed.Failures, 2)
	for _, f := range failed.Failures {
		require.ErrorContains(t, f.Err, "more than")
		require.NotErrorIs(t, f.Err, supervisor.ErrFatalStart)
	}

	_, err = mapper.Expanding(func(context.Context, page, func(...page)) (string, error) { return "", nil }, mapper.Frontier[page]{}).
		Collect(bounded(t), []page{{Path: "root"}}, p.with(mapper.Options{}))
	require.ErrorIs(t, err, supervisor.ErrFatalStart)
}
