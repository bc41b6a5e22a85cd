package eventlog_test

import (
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
)

func ExampleNew() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // so that the output is the same each time
			}
			return a
		},
	}))
	log := eventlog.New(logger, eventlog.Options{})

	// It is given to a run as mapper.Options{Observer: log}; here it is told by hand.
	ev := supervisor.Event{
		Time: time.Now(), Kind: supervisor.InputFailed, Function: "resize",
		Run: 1, Container: -1, Input: 3, Attempt: 2, Err: errors.New("no such image"),
	}
	log.Observe(ev)
	log.Observe(ev) // held back
	// Output: level=WARN msg="input failed for good" function=resize run=1 input=3 attempt=2 cause="no such image"
}
