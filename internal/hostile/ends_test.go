package hostile_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// source has the inputs' iterator panic with it.
func source(k hostile.Kind) error {
	run, err := mapper.Start(ctx, do, func(yield func(string) bool) {
		if yield("") {
			if err := k.Do(); err != nil {
				panic(err)
			}
		}
	}, options())
	if err != nil {
		return err
	}
	for r := range run.All() {
		if _, ended := r.Err.(*mapper.SourceError); r.Err != nil && !ended {
			return fmt.Errorf("result %d: %s", r.Index, said(r.Err))
		}
	}
	err = run.Wait()
	if _, ok := err.(*mapper.SourceError); ok != (k.Ends != hostile.Succeeds) {
		return fmt.Errorf("the end: %s", said(err))
	} else if ok {
		return clear(err)
	}
	return nil
}

// caused ends the context with it.
func caused(k hostile.Kind) error { return causedBy(k, options()) }

func causedBy(k hostile.Kind, opts mapper.Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	opts.Retries, opts.Outstanding = policy.Retries{}, 7
	run, err := mapper.Start(ctx, wait, slices.Values(inputs(k)), opts)
	if err != nil {
		return err
	}
	for r := range run.All() {
		if cancel(k.Err); r.Err != nil && typeOf(r.Err) != typeOf(k.Err) {
			return fmt.Errorf("result %d: %s", r.Index, said(r.Err))
		}
	}
	if err := run.Wait(); typeOf(err) != typeOf(k.Err) {
		return fmt.Errorf("the end: %s", said(err))
	}
	return nil
}

// wait has the hostile input wait for the end of its context.
func wait(ctx context.Context, in string) (string, error) {
	if in == "" {
		return fine, nil
	}
	<-ctx.Done()
	return "", context.Cause(ctx)
}
