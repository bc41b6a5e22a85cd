package hostile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"time"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
)

// patience is how long a kind may take: methods that block cost a second each, all at once on a machine that has
// other things to do.
const patience = time.Minute

// child goes through a door with kinds, or all of them, and tells what came of it.
func child(name string, kinds []string) {
	through, told := doors[name], json.NewEncoder(os.Stdout)
	var telling sync.Mutex
	tell := func(kind, bad string) {
		telling.Lock()
		defer telling.Unlock()
		_ = told.Encode(verdict{kind, bad})
	}
	var cells sync.WaitGroup
	for _, kind := range all() {
		if through.takes != nil && !through.takes(kind) || len(kinds) > 0 && !slices.Contains(kinds, kind.Name) {
			continue
		}
		done := make(chan string, 1)
		go func() { done <- problem(through.pass(kind)) }()
		cells.Go(func() {
			select {
			case bad := <-done:
				tell(kind.Name, bad)
			case <-time.After(patience):
				tell(kind.Name, "it hangs")
			}
		})
	}
	cells.Wait()
	tell(left, problem(over()))
	os.Exit(0)
}

// all are made once: a kind that is passed to a worker or to a function of the program goes by its name.
var all = sync.OnceValue(hostile.Kinds)

func named(name string) hostile.Kind {
	i := slices.IndexFunc(all(), func(k hostile.Kind) bool { return k.Name == name })
	return all()[i]
}

func problem(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// watching are the observers of all that is done here.
var (
	page     = dashboard.New(dashboard.Options{Keep: 1000})
	watching = supervisor.Observers{
		page, new(metrics.Registry),
		eventlog.New(slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})), eventlog.Options{Interval: -1}),
		supervisor.ObserverFunc(func(ev supervisor.Event) {
			if _, err := json.Marshal(ev); err != nil {
				panic(err)
			}
		}),
	}
)

var _ mapper.Watcher = page

// over looks at all that is shown of what has been done, and at what is left of it.
func over() error {
	var seen struct {
		Runs []struct{ ID uint64 }
	}
	if err := get("/api/v1/runs?limit=500", &seen); err != nil {
		return err
	}
	if len(seen.Runs) == 0 {
		return errors.New("no runs on the page")
	}
	for _, run := range seen.Runs {
		for _, path := range []string{"/runs/%d", "/api/v1/runs/%d", "/api/v1/runs/%d/inputs"} {
			if err := get(fmt.Sprintf(path, run.ID), nil); err != nil {
				return err
			}
		}
	}
	if err := get("/metrics", nil); err != nil {
		return err
	}
	hostile.Release()
	page.Close()
	http.DefaultClient.CloseIdleConnections()
	return goleak.Find()
}

func get(path string, into any) error {
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
	if w.Code != http.StatusOK {
		return fmt.Errorf("GET %s: %d", path, w.Code)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(w.Body.Bytes(), into)
}
