//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

var (
	_ = process.Register(pestered)
	_ = process.Register(surroundings)
	_ = process.Register(ask)
)

// signals are those that a service manager, a terminal or an operator sends to whom they find.
var signals = []unix.Signal{
	unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGTSTP,
}

// pestered gets all of them, and so does a child, which is nobody special.
func pestered(context.Context, int) (ends []string, err error) {
	for _, sig := range signals {
		for range 3 {
			if err := unix.Kill(os.Getpid(), sig); err != nil {
				return nil, err
			}
		}
	}
	for _, sig := range []unix.Signal{unix.SIGTERM, unix.SIGINT} {
		child := exec.Command("sleep", "1000")
		if err := child.Start(); err != nil {
			return nil, err
		}
		_ = child.Process.Signal(sig)
		ends = append(ends, fmt.Sprint(child.Wait()))
	}
	return ends, nil
}

// A worker obeys its parent alone, and what it starts obeys whom it wants.
func TestOthersSignals(t *testing.T) {
	t.Parallel()
	inst := open(t, process.Options{}, pestered)
	for range 2 {
		reported := false
		err := inst.Run(t.Context(), supervisor.Chunk{Inputs: []any{0}}, func(_ int, v any, err error) {
			require.NoError(t, err)
			require.Equal(t, []string{"signal: terminated", "signal: interrupt"}, v)
			reported = true
		})
		require.NoError(t, err)
		require.True(t, reported)
	}
	require.NoError(t, inst.Close(t.Context()), "in order")
}

// surroundings says which descriptors a worker has, and a child of it, and what became of variables.
func surroundings(context.Context, int) (string, error) {
	out, err := exec.Command("sh", "-c", `echo $TWICE:$LISTEN_ADDR:$LISTEN_FDS:$LONGSHORE_WORKER; ls -l /dev/fd/`).CombinedOutput()
	own, _ := filepath.Glob("/dev/fd/*")
	for _, fd := range own {
		file, _ := os.Readlink(fd)
		out = append(out, "own "+file+"\n"...)
	}
	return string(out), err
}

// early is a child that a package starts when it is initialized, before Main.
var early = func() string {
	if os.Getenv("LONGSHORE_TEST_EARLY") == "" {
		return ""
	}
	out, _ := exec.Command("sh", "-c", `echo marker:$LONGSHORE_WORKER; ls -l /dev/fd/`).CombinedOutput()
	return string(out)
}()

func ask(context.Context, string) ([]string, error) {
	return []string{early, os.Args[0]}, nil
}

// run executes one input and returns the value.
func runOne(t *testing.T, opts process.Options, fn, in any) (value any) {
	t.Helper()
	err := open(t, opts, fn).Run(t.Context(), supervisor.Chunk{Inputs: []any{in}}, func(_ int, v any, err error) {
		require.NoError(t, err)
		value = v
	})
	require.NoError(t, err)
	return value
}

// What a parent was left itself reaches neither its workers nor their children.
func TestDescriptors(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("no /proc")
	}
	lock, err := os.Create(filepath.Join(t.TempDir(), "inherited"))
	require.NoError(t, err)
	defer lock.Close()
	var inherited []int
	for range 8 { // as if we had been started with it: without close-on-exec
		fd, err := unix.Dup(int(lock.Fd()))
		require.NoError(t, err)
		inherited = append(inherited, fd)
	}
	defer func() {
		for _, fd := range inherited {
			unix.Close(fd)
		}
	}()
	for _, spare := range []int{0, 1} {
		seen := runOne(t, process.Options{Spare: spare}, surroundings, 0).(string)
		require.NotContains(t, seen, "inherited")
		require.NotContains(t, beforeOwn(seen), "socket:", "ours are for no child")
		require.NotContains(t, beforeOwn(seen), "memfd")
	}
	told := runOne(t, process.Options{Env: append(os.Environ(), "LONGSHORE_TEST_EARLY=1")}, ask, "").([]string)
	require.Contains(t, told[0], "marker:\n")
	require.NotContains(t, told[0], "socket:")
	require.NotContains(t, told[0], "memfd")
	require.NotContains(t, told[0], "inherited")
}

func beforeOwn(text string) string {
	text, _, _ = strings.Cut(text, "own ")
	return text
}

// The environment is read as os/exec reads it.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	env := append(os.Environ(), "TWICE=old", "LISTEN_ADDR=:80", "LISTEN_FDS=1", "TWICE=new", "LONGSHORE_WORKER=stolen")
	first, _, _ := strings.Cut(runOne(t, process.Options{Env: env}, surroundings, 0).(string), "\n")
	require.Equal(t, "new::80::", first)

	err := process.New(process.Options{Env: []string{"A=\x00"}}).Check(surroundings)
	invalid, ok := errors.AsType[*policy.InvalidError](err)
	require.True(t, ok)
	require.Equal(t, "Env", invalid.Field)
}

// ps says what a worker is, and the program still has its own name.
func TestTitle(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/comm"); err != nil {
		t.Skip("no /proc")
	}
	require.Equal(t, os.Args[0], runOne(t, process.Options{}, ask, "").([]string)[1])
	r := process.New(process.Options{Spare: 1, Log: func(process.Line) {}})
	for i, name := range []string{"resize\x1b", "a name that is much longer than the name of a thread", ""} {
		inst, err := r.Open(t.Context(), supervisor.Launch{Function: whoami, Name: name, Container: 10 + i})
		require.NoError(t, err)
		defer inst.Close(t.Context())
		require.Eventually(t, func() bool { pids, _ := r.Spares(); return len(pids) == 1 }, time.Minute, time.Millisecond)
		pid := pidOf(t, inst)
		args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		require.NoError(t, err)
		comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		require.NoError(t, err)
		base := filepath.Base(os.Args[0])
		switch i {
		case 0:
			require.Equal(t, base+": resize? 10", strings.TrimRight(string(args), "\x00"))
			require.Equal(t, base[:4]+":resize? 10\n", string(comm))
		case 1: // a spare one
			require.Equal(t, base+": "+name+" 11", strings.TrimRight(string(args), "\x00"))
			require.Equal(t, base[:3]+":a name t 11\n", string(comm))
		default:
			require.Equal(t, base+": process_test.whoami 12", strings.TrimRight(string(args), "\x00"))
		}
	}
}

func init() {
	programs["few descriptors"] = func() {
		r := process.New(process.Options{})
		var workers []supervisor.Instance
		defer func() {
			for _, w := range workers {
				fmt.Println("closed:", w.Close(context.Background()))
			}
		}()
		for range 64 {
			inst, err := r.Open(context.Background(), supervisor.Launch{Function: double})
			if err != nil {
				fmt.Println(err, "fatal:", errors.Is(err, supervisor.ErrFatalStart))
				return
			}
			workers = append(workers, inst)
			err = inst.Run(context.Background(), supervisor.Chunk{Inputs: []any{21}}, func(_ int, v any, err error) { fmt.Println(v, err) })
			if err != nil {
				fmt.Println(err)
			}
		}
	}
}

// With few descriptors workers start, as many as there can be; and the last one says what is missing.
func TestFewDescriptors(t *testing.T) {
	t.Parallel()
	for limit, works := range map[string]bool{"100": true, "40": true, "12": false} {
		cmd := program("few descriptors")
		cmd.Args = []string{"sh", "-c", "ulimit -n " + limit + "; exec " + os.Args[0]}
		sh, err := exec.LookPath("sh")
		require.NoError(t, err)
		cmd.Path = sh
		out := output(t, cmd)
		require.Equal(t, works, strings.Contains(out, "42 <nil>"), "%s: %s", limit, out)
		require.Contains(t, out, "this process may have "+limit+" in all (ulimit -n)")
		require.Contains(t, out, fmt.Sprintf("fatal: %v", !works))
		require.Equal(t, strings.Count(out, "42 <nil>"), strings.Count(out, "closed: <nil>"))
	}
}
