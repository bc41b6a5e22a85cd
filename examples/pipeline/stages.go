package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// page is what goes from the first stage to the second.
type page struct {
	number int
	body   []byte
}

// packed is what comes out at the end.
type packed struct{ number, before, after int }

// chain is the results of a run as the inputs of the next one: the values, and then why there are no more, if that is an
// error. The next run pulls them, so the one before goes ahead of it by as much as the two may have outstanding, and then waits.
// Where the next one ends early, leaving the loop stops the one before.
//
// The run should have ReturnExceptions: then each result is in its place, and what the next one gets is all that comes before
// the first failure. Without, the failure itself ends the run, and inputs before it that were slower are missing.
func chain[In, Out any](run *mapper.Run[In, Out]) func(yield func(Out) bool) {
	return mapper.Source(func(yield func(Out, error) bool) {
		for r := range run.All() {
			err := r.Err
			if err != nil && r.Index >= 0 {
				err = fmt.Errorf("%v: %w", r.Input, r.Err)
			}
			if !yield(r.Value, err) {
				return
			}
		}
	})
}

// between counts what is fetched and not packed yet.
type between struct{ now, most atomic.Int64 }

func (b *between) add() {
	now := b.now.Add(1)
	for most := b.most.Load(); now > most && !b.most.CompareAndSwap(most, now); most = b.most.Load() {
	}
}

func (b *between) remove() { b.now.Add(-1) }

// fetcher is the first stage, which waits for the network.
type fetcher struct {
	http    *http.Client
	site    string
	between *between
}

func (f fetcher) fetch(ctx context.Context, number int) (page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", f.site, number), nil)
	if err != nil {
		return page{}, policy.Permanent(err)
	}
	resp, err := f.http.Do(req)
	if err != nil {
		return page{}, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return page{}, policy.Permanent(errors.New(resp.Status))
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return page{}, err
	}
	f.between.add()
	return page{number, body}, nil
}

// pack is the second stage, which needs the processor.
func (f fetcher) pack(_ context.Context, p page) (packed, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	if err != nil {
		return packed{}, err
	}
	_, err = w.Write(p.body)
	if err = errors.Join(err, w.Close()); err != nil {
		return packed{}, err
	}
	f.between.remove()
	return packed{p.number, len(p.body), out.Len()}, nil
}
