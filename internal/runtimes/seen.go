package runtimes

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

func init() {
	deeds["print"] = func(context.Context, order) error {
		fmt.Println("to stdout")
		fmt.Fprintln(os.Stderr, "to stderr")
		return nil
	}
}

var _ = process.Register(left)

// left is how long the attempt has until its deadline; a year if it knows of none.
func left(ctx context.Context, _ order) (time.Duration, error) {
	if at, ok := ctx.Deadline(); ok {
		return time.Until(at), nil
	}
	return 365 * 24 * time.Hour, nil
}

// testDeadline: an attempt knows until when it may go on.
func testDeadline(t *testing.T, places []Place) {
	contract{
		"none": func(t *testing.T, p Place) {
			all, err := mapper.Collect(context.WithoutCancel(t.Context()), left, orders(20), p.with(mapper.Options{}))
			require.NoError(t, err)
			for _, d := range all {
				require.Greater(t, d, 300*24*time.Hour)
			}
		},
		"of its own": func(t *testing.T, p Place) {
			all, err := mapper.Collect(context.WithoutCancel(t.Context()), left, orders(20), p.with(mapper.Options{Timeout: time.Hour}))
			require.NoError(t, err)
			for _, d := range all {
				require.InDelta(t, time.Hour, d, float64(patience))
			}
		},
		"of its run": func(t *testing.T, p Place) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			all, err := mapper.Collect(ctx, left, orders(20), p.with(mapper.Options{Timeout: 2 * time.Hour}))
			require.NoError(t, err)
			for _, d := range all {
				require.InDelta(t, time.Hour, d, float64(patience))
			}
		},
	}.run(t, places)
}

// spectator is a Watcher of one run that also wants what containers print.
type spectator struct {
	view  atomic.Value
	lines chan supervisor.Event
}

func (*spectator) Wants(kind supervisor.Kind) bool { return kind == supervisor.ContainerPrinted }

func (s *spectator) Watch(v mapper.View) { s.view.Store(v) }

func (s *spectator) Observe(ev supervisor.Event) { s.lines <- ev }

// testSeen: what a container executes is seen from outside, and what it uses and prints, if it has that to itself.
func testSeen(t *testing.T, places []Place) {
	contract{
		"while it executes": func(t *testing.T, p Place) {
			s := &spectator{lines: make(chan supervisor.Event, 100)}
			dir := t.TempDir()
			run, err := mapper.Start(bounded(t), obey, slices.Values(orders(3, order{N: 1, Do: "wait", Dir: dir})),
				p.with(mapper.Options{Containers: 1, Observer: s}))
			require.NoError(t, err)
			v := s.view.Load().(mapper.View)
			eventually(t, "it executes", func() bool { return len(begun(t, dir)) == 1 })
			busy := v.Containers()
			require.Len(t, busy, 1)
			require.Equal(t, v.About().ID, busy[0].Run)
			require.Equal(t, []int{1, 1}, []int{busy[0].Input, busy[0].Attempt})
			if p.Alone {
				eventually(t, "its memory is known", func() bool { return v.Containers()[0].Memory > 0 })
			} else {
				require.Zero(t, busy[0].Memory)
			}
			leave(dir, sign, "")
			for r := range run.All() {
				require.NoError(t, r.Err)
			}
		},
		"what it prints": func(t *testing.T, p Place) {
			if !p.Alone {
				return // goroutines print where the program does
			}
			s := &spectator{lines: make(chan supervisor.Event, 100)}
			_, err := mapper.Collect(bounded(t), obey, orders(3, order{N: 1, Do: "print"}), p.with(mapper.Options{Containers: 1, Observer: s}))
			require.NoError(t, err)
			close(s.lines)
			seen := map[string]string{}
			for ev := range s.lines {
				require.Equal(t, 0, ev.Container)
				seen[ev.Stream] += ev.Text
			}
			require.Equal(t, map[string]string{"stdout": "to stdout", "stderr": "to stderr"}, seen)
		},
	}.run(t, places)
}
