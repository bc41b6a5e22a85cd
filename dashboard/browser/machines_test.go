package browser

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/process"
)

// workerOf is the variable that makes another process of this program a worker, for the server with that URL.
const workerOf = "LONGSHORE_TEST_WORKER_OF"

const slots = 2

// work is such a process.
func work(url string) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	err := cluster.Serve(ctx, cluster.WorkerOptions{URL: url, Slots: slots, Drain: time.Hour, Labels: map[string]string{"zone": "<b>west</b>"}})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// haul waits until there is a file.
func haul(ctx context.Context, path string) (string, error) {
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-tick.C:
			if _, err := os.Stat(path); err == nil {
				return path, nil
			}
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

var _ = process.Register(haul)

// fleet is a server, and workers that are processes of their own.
type fleet struct {
	*cluster.Runtime
	t   *testing.T
	url string
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(patience))
	f := &fleet{t: t, url: s.ClientURL(), Runtime: cluster.New(cluster.Options{URL: s.ClientURL()})}
	t.Cleanup(func() {
		require.NoError(t, f.Close())
		s.Shutdown()
		s.WaitForShutdown()
	})
	return f
}

// employ starts a worker, and returns it with the name that it has, once it is known.
func (f *fleet) employ() (worker *exec.Cmd, name string) {
	f.t.Helper()
	worker = exec.Command(os.Args[0])
	worker.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", workerOf+"="+f.url)
	worker.Stderr = os.Stderr
	require.NoError(f.t, worker.Start())
	f.t.Cleanup(func() {
		_ = worker.Process.Kill()
		_ = worker.Wait()
	})
	require.Eventually(f.t, func() bool {
		for _, m := range f.Machines() {
			if m.PID == worker.Process.Pid {
				name = m.Name()
			}
		}
		return name != ""
	}, patience, time.Millisecond)
	return worker, name
}

// row is a condition: the row of a machine says all that, in that order.
func row(machine string, says string) string {
	return fmt.Sprintf(`eyes.texts("section[aria-labelledby=machines] tbody tr").some((text) => text.includes(%q) && /%s/.test(text))`, machine, says)
}

// Machines of a fleet are followed: what is there and free, one that is killed, one that drains, one that takes over.
func TestMachines(t *testing.T) {
	t.Parallel()
	s, p, f := newStage(t, dashboard.Options{}), newTab(t), newFleet(t)
	doomed, lost := f.employ()
	weary, draining := f.employ()
	sign := filepath.Join(t.TempDir(), "sign")
	inputs := make([]string, 3*slots)
	for i := range inputs {
		inputs[i] = sign
	}
	over := make(chan error, 1)
	beside(t, func(ctx context.Context) {
		_, err := mapper.Collect(ctx, haul, inputs, mapper.Options{Name: "hauling", Runtime: f, CrashLimit: 1, Observer: s})
		over <- err
	})
	p.open(s.url(s.run("hauling")))
	for _, name := range []string{lost, draining} {
		p.await(row(name, `ready\s+2\s+2\s+0\b`)) // two are there, in two slots, and none is free
		p.await(fmt.Sprintf(`eyes.texts("section[aria-labelledby=containers] tbody tr").filter((text) => text.includes("running") && text.includes(%q)).length === %d`, "on "+name, slots))
	}
	p.shows("section[aria-labelledby=machines]", "zone=<b>west</b>")
	p.picture("ready")

	require.NoError(t, doomed.Process.Kill())
	p.await(row(lost, `lost[^]*its process is gone`))
	p.await(fmt.Sprintf(`!eyes.texts("section[aria-labelledby=containers] tbody tr").some((text) => text.includes(%q))`, "on "+lost))
	require.NoError(t, weary.Process.Signal(syscall.SIGTERM))
	p.await(row(draining, `draining\s+2\s+2\s+0\b`))
	p.await(state("running") + fmt.Sprintf(" === %d", slots))
	p.accessible("machines")
	for _, width := range []int64{1440, 820, 390} {
		p.dress(width, "light")
		p.await(fmt.Sprintf("innerWidth === %d", width))
		require.LessOrEqual(t, ask[int64](p, "document.documentElement.scrollWidth"), width, "%d wide: %s", width, ask[string](p, "eyes.widest()"))
		require.Empty(t, ask[[]string](p, "eyes.hiding()"), "%d wide", width)
		require.Equal(t, "", ask[string](p, "eyes.foreign()"))
		p.picture(fmt.Sprint("lost-", width))
	}
	p.dress(1280, "light")

	_, fresh := f.employ()
	p.await(row(fresh, `ready\s+2\s+2\s+0\b`))
	require.NoError(t, os.WriteFile(sign, nil, 0o600))
	require.NoError(t, <-over)
	p.shows(".head .state", "completed")
	require.NoError(t, weary.Wait())
	p.open(s.url(s.run("hauling", "inputs")))
	p.click(firstRerun(p))
	p.await(fmt.Sprintf(`/re-run[^]*its process is gone/.test(eyes.text("section[aria-labelledby=attempts]")) && eyes.text("main").includes(%q)`, lost))
	p.accessible("an input whose machine was lost")
	require.Contains(t, got(t, s.url("/metrics")), `longshore_machine_events_total{event="lost"} 1`)
}

// firstRerun is the link to an input that has run again.
func firstRerun(p *tab) string {
	p.t.Helper()
	p.await(`[...document.querySelectorAll("tbody tr")].some((row) => /\b2\b/.test(row.querySelector("[data-label=Attempts]")?.innerText))`)
	return fmt.Sprintf(`a[href=%q]`, ask[string](p, `[...document.querySelectorAll("tbody tr")].find((row) => /\b2\b/.test(row.querySelector("[data-label=Attempts]")?.innerText)).querySelector("a").getAttribute("href")`))
}

// got is what there is at an address.
func got(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(text)
}
