package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// answer is what came of a query.
type answer struct {
	uses []use
	err  error
}

// state is what a container has of its own. One query at a time uses it: it needs no lock.
type state struct {
	index *index
	page  page
}

// searcher is the function: what a container does first, for each query, and last.
// Everything this example is about is here and in the two ways below.
func searcher(src source, did *ledger) mapper.Body[string, []use] {
	return mapper.WithState(
		func(ctx context.Context) (*state, error) {
			began := time.Now()
			ix, err := build(ctx, src)
			if err != nil {
				return nil, err // a crash at start-up, which is charged to no query
			}
			did.entered(time.Since(began))
			return &state{index: ix, page: page{built: time.Since(began)}}, nil
		},
		func(ctx context.Context, s *state, query string) ([]use, error) {
			began := time.Now()
			defer func() { s.page.took += time.Since(began) }()
			s.page.queries++
			if a, ok := mapper.AttemptFrom(ctx); ok {
				s.page.container = a.Container
			}
			return s.index.search(query)
		},
		func(_ context.Context, s *state) error {
			s.page.names, s.page.files = len(s.index.names), len(s.index.files)
			did.exited(s.page)
			return nil
		},
	)
}

// ephemeral answers the queries in one run, whose containers live as long as it does.
func ephemeral(ctx context.Context, body mapper.Body[string, []use], queries []string, c config) ([]answer, error) {
	opts := c.mapper
	opts.ReturnExceptions = true
	answers := make([]answer, 0, len(queries))
	var ended error // before its time: no options that work, or no index that can be built
	for r := range body.Map(ctx, queries, opts) {
		if r.Index < 0 || errors.Is(r.Err, supervisor.ErrCutoff) {
			ended = r.Err
		}
		answers = append(answers, answer{uses: r.Value, err: r.Err})
	}
	return answers, ended
}

// deployed answers each query as a call of its own, from several goroutines. The
// function has all its containers from the start, and ends when nobody calls any more.
func deployed(ctx context.Context, body mapper.Body[string, []use], queries []string, c config) ([]answer, error) {
	opts := c.mapper
	opts.Scale.Min = opts.Containers
	f, err := mapper.Deploy(ctx, body, opts)
	if err != nil {
		return nil, err
	}
	answers := make([]answer, len(queries))
	var callers errgroup.Group
	callers.SetLimit(c.callers)
	for i, query := range queries {
		callers.Go(func() error {
			answers[i].uses, answers[i].err = f.Call(ctx, query)
			return nil // a query that fails ends no other
		})
	}
	_ = callers.Wait()
	return answers, f.Stop(context.WithoutCancel(ctx))
}
