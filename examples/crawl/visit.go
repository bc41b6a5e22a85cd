package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/longshore-go/longshore/policy"
)

// visit fetches a page and adds its links. It returns its size.
func (w *web) visit(ctx context.Context, p page, add func(...page)) (size int, err error) {
	defer w.ask(p.host)()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", w.url, p.nth), nil)
	if err != nil {
		return 0, policy.Permanent(err)
	}
	request.Host = p.host
	response, err := w.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusTooManyRequests:
		return 0, policy.Throttled(fmt.Errorf("%s: %s", p, response.Status), retryAfter(response))
	case response.StatusCode != http.StatusOK:
		return 0, policy.Permanent(fmt.Errorf("%s: %s", p, response.Status))
	}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		line := lines.Text()
		size += len(line) + 1
		var link page
		if host, nth, ok := strings.Cut(line, "/"); ok {
			link.host = host
			if _, err := fmt.Sscan(nth, &link.nth); err == nil {
				add(link)
			}
		}
	}
	return size, lines.Err()
}
