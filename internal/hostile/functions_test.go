package hostile_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/endpoint"
	"github.com/longshore-go/longshore/policy"
)

// deploy has f done with a function, and others call it all the while.
func deploy(opts mapper.Options, f func(*mapper.Function[string, string]) error) error {
	fn, err := mapper.Deploy(ctx, mapper.Plain(do), opts)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	others := make(chan error, 1)
	go func() {
		for {
			if v, err := fn.Call(ctx, ""); v != fine || err != nil {
				others <- fmt.Errorf("another call: %q, %s", v, said(err))
				return
			}
			select {
			case <-done:
				others <- nil
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	bad := f(fn)
	close(done)
	return first(bad, <-others, fn.Stop(ctx))
}

func call(k hostile.Kind) error {
	return deploy(deployed(), func(f *mapper.Function[string, string]) error {
		_, err := f.Call(ctx, k.Name)
		return fate(k, err)
	})
}

func spawn(k hostile.Kind) error {
	return deploy(deployed(), func(f *mapper.Function[string, string]) error {
		c, err := f.Spawn(ctx, k.Name)
		if err != nil {
			return err
		}
		_, err = c.Get(ctx)
		_, polled := c.Poll()
		_, gathered := mapper.Gather(ctx, c)
		if k.Ends == hostile.Succeeds {
			return first(err, polled, gathered)
		}
		return first(fate(k, err), fate(k, polled), clear(gathered))
	})
}

func onFunction(k hostile.Kind) error {
	return deploy(deployed(), func(f *mapper.Function[string, string]) error {
		return started(f.Start(ctx, slices.Values(inputs(k)), mapper.RunOptions{ReturnExceptions: true}))(k)
	})
}

// post goes by HTTP.
func post(k hostile.Kind) error {
	opts := deployed()
	opts.Retries = policy.Retries{}
	return deploy(opts, func(f *mapper.Function[string, string]) error {
		h, err := endpoint.New(f, endpoint.Options{Timeout: patience})
		if err != nil {
			return err
		}
		server := httptest.NewUnstartedServer(h)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.Start()
		defer server.Close()
		res, err := http.Post(server.URL, "application/json", strings.NewReader(fmt.Sprintf("%q", k.Name)))
		if err != nil {
			return err
		}
		defer res.Body.Close()
		var body bytes.Buffer
		if _, err := body.ReadFrom(res.Body); err != nil {
			return err
		}
		if ok := res.StatusCode == http.StatusOK; ok != (k.Ends == hostile.Succeeds) {
			return fmt.Errorf("%d %.200s", res.StatusCode, &body)
		}
		if res.StatusCode != http.StatusOK && !strings.HasPrefix(body.String(), `{"error":"`) || body.Len() > 1<<20 {
			return fmt.Errorf("%d bytes: %.200s", body.Len(), &body)
		}
		return nil
	})
}
