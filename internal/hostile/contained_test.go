package hostile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/hostile"
)

// verdict is what a child says of a kind that came through its door.
type verdict struct {
	Kind string
	Bad  string // empty: it reached no further than its input
}

// left stands for the end, when nothing may be left behind.
const left = "what is left"

// TestContained has every kind come through every door. A door has a process of its own, in which all kinds come at
// once; where that dies or hangs, each kind that was not through has one for itself.
func TestContained(t *testing.T) {
	t.Parallel()
	passed := map[string]func() report{}
	room := make(chan struct{}, 8) // they wait more than they work
	for name, d := range doors {
		if raceDetector && d.twin { // others go the same way, and it takes three times as long
			continue
		}
		told := make(chan report, 1)
		go func() {
			room <- struct{}{}
			told <- send(t.Context(), name, nil)
			<-room
		}()
		passed[name] = func() report { return <-told }
	}
	for name, wait := range passed {
		t.Run(name, func(t *testing.T) {
			r := wait()
			for _, kind := range kindsOf(name) {
				bad, ok := r.said[kind]
				if !ok {
					alone := send(t.Context(), name, []string{kind})
					if bad, ok = alone.said[kind]; !ok {
						bad = alone.ended
					}
				}
				if bad != "" {
					t.Errorf("%s: %s", kind, bad)
				}
			}
			require.Empty(t, r.said[left])
			require.Empty(t, r.ended)
		})
	}
}

func kindsOf(door string) (names []string) {
	for _, k := range hostile.Kinds() {
		if doors[door].takes == nil || doors[door].takes(k) {
			names = append(names, k.Name)
		}
	}
	return names
}

// report is what a process has said of each kind, and how it ended if that was not in order.
type report struct {
	said  map[string]string
	ended string
}

// send sends kinds, or all of them, through a door.
func send(ctx context.Context, name string, kinds []string) report {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], kinds...)
	cmd.Env = append(os.Environ(), door+"="+name, "GORACE=atexit_sleep_ms=0")
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	cmd.WaitDelay = time.Second
	r := report{said: map[string]string{}}
	if err := cmd.Run(); err != nil {
		trace := stderr.String()
		r.ended = fmt.Sprintf("the process ended: %v\n%s", err, trace[:min(len(trace), 4000)])
	}
	for line := range strings.Lines(out.String()) {
		var v verdict
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			r.ended += err.Error() + ": " + line
		}
		r.said[v.Kind] = v.Bad
	}
	return r
}
