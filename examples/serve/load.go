package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// load has the clients ask until ctx ends, and returns when all have their answers.
func (c config) load(ctx context.Context, url string, transport *http.Transport, t *tally) {
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	var clients errgroup.Group
	for i := range c.clients {
		clients.Go(func() error {
			askAll(ctx, client, url, i, t)
			return nil // what came of it is in the tally
		})
	}
	_ = clients.Wait()
}

// askAll asks for one row after the other. It does not give up on a question that it has
// asked, and comes back when it is told to.
func askAll(ctx context.Context, client *http.Client, url string, first int, t *tally) {
	for row := first * 31; ctx.Err() == nil; row++ {
		status, wait, err := ask(client, url, row%rows)
		t.count(status, err)
		if wait > 0 && !sleep(ctx, wait) {
			return
		}
	}
}

// ask asks once. The error says that there was no answer, or a wrong one.
func ask(client *http.Client, url string, row int) (status int, wait time.Duration, err error) {
	res, err := client.Post(url, "application/json", strings.NewReader(fmt.Sprintf(`{"row":%d}`, row)))
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, 0, err
	}
	if res.StatusCode == http.StatusOK {
		var got reply
		if err := json.Unmarshal(body, &got); err != nil || got.Row != row {
			return 0, 0, fmt.Errorf("row %d: got %q", row, body)
		}
	}
	seconds, _ := strconv.Atoi(res.Header.Get("Retry-After")) // 0 where there is none
	return res.StatusCode, time.Duration(seconds) * time.Second, nil
}
