package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main()
	goleak.VerifyTestMain(m)
}

// page waits for the line that says where the page is, and then fetches that.
type page struct {
	bytes.Buffer
	body chan string
}

func (p *page) Write(text []byte) (int, error) {
	if _, url, ok := strings.Cut(string(text), "the page is on "); ok {
		go p.fetch(strings.TrimSpace(url))
	}
	return p.Buffer.Write(text)
}

func (p *page) fetch(url string) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		p.body <- err.Error()
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	p.body <- string(body)
}

func TestRun(t *testing.T) {
	for _, runtime := range []string{"goroutine", "process"} {
		t.Run(runtime, func(t *testing.T) {
			p := &page{body: make(chan string, 1)}
			err := run(t.Context(), config{
				duration: 2 * time.Second, faultEvery: time.Second, faultFor: 300 * time.Millisecond,
				addr: "127.0.0.1:0", runtime: runtime, rate: 100,
			}, p)
			require.NoError(t, err)
			require.Contains(t, <-p.body, "quotes")
			require.Regexp(t, `\d+ calls, of which \d+ were refused, and \d+ runs`, p.String())
		})
	}
}

func TestRunRefuses(t *testing.T) {
	good := config{faultEvery: 2, faultFor: 1, addr: "127.0.0.1:0", runtime: "goroutine", rate: 1}
	for flag, change := range map[string]func(*config){
		"-for":         func(c *config) { c.duration = -1 },
		"-fault-every": func(c *config) { c.faultEvery = c.faultFor },
		"-rate":        func(c *config) { c.rate = 0 },
		"-runtime":     func(c *config) { c.runtime = "cloud" },
		"listen":       func(c *config) { c.addr = "nowhere" },
	} {
		bad := good
		change(&bad)
		require.ErrorContains(t, run(context.Background(), bad, io.Discard), flag)
	}
}
