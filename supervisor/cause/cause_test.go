package cause_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/cause"
)

func dial(addr string, port int) error {
	return &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.ParseIP(addr), Port: port},
		Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}
}

func syntax(text string) error {
	var v any
	return json.Unmarshal([]byte(text), &v)
}

func number(text string) error {
	_, err := strconv.Atoi(text)
	return err
}

func open(name string) error { return &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist} }

func panicked(value any, stack string) error {
	return &supervisor.CrashError{Container: len(stack), Phase: supervisor.PhaseInput, Input: 5, Panic: value, Stack: stack}
}

// index is what the runtime panics with for an index of a slice of 3.
func index(i int) (value any) {
	defer func() { value = recover() }()
	return []int{1, 2, 3}[i]
}

type refused struct{ Code int }

func (e *refused) Error() string { return fmt.Sprintf("refused with %d", e.Code) }

type code int

func (c code) Error() string { return fmt.Sprintf("code %d", int(c)) }

const (
	cropStack  = "example.com/thumbs.crop\n\t/src/thumbs/crop.go:88\nexample.com/thumbs.(*T).work\n\t/src/thumbs/work.go:12\n"
	scaleStack = "example.com/thumbs.(*T).scale.func1\n\t/src/thumbs/scale.go:9\n"
	// As the Go runtime prints it, which is all that is left of some processes.
	printedStack = "panic: runtime error: index out of range [7] with length 3\n\ngoroutine 34 [running]:\n" +
		"panic({0x5a1c40?, 0xc000018168?})\n\t/go/src/runtime/panic.go:792 +0x132\n" +
		"runtime.goPanicIndex(0x7, 0x3)\n\t/go/src/runtime/panic.go:115 +0x74\n" +
		"example.com/thumbs.crop(...)\n\t/src/thumbs/crop.go:88 +0x1d\ncreated by main.main\n\t/src/main.go:1 +0x5\n"
)

// wild is an error whose methods do what a test wants.
type wild struct {
	say    func() string
	unwrap func() error
}

func (w *wild) Error() string { return w.say() }

func (w *wild) Unwrap() error { return w.unwrap() }

// TestOfWildErrors: whatever the methods of an error do, it has a cause.
func TestOfWildErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		say, none := func() string { return "at 5" }, func() error { return nil }
		self := &wild{say: say}
		self.unwrap = func() error { return self }
		knot := make([]any, 1)
		knot[0] = knot
		for title, err := range map[string]error{
			"an error that panics when it is asked":               &wild{func() string { panic("no") }, none},
			"an error that calls runtime.Goexit when it is asked": &wild{func() string { runtime.Goexit(); return "" }, none},
			"an error that does not return when it is asked":      &wild{func() string { <-release; return "" }, none},
			"at #":                         self,
			strings.Repeat("x", 199) + "…": &wild{func() string { return strings.Repeat("x", 100<<20) }, none},
			"panic: " + strings.Repeat("[", 17) + "…" + strings.Repeat("]", 17): panicked(knot, ""),
		} {
			require.Equal(t, title, cause.Of(err).Title)
		}
		var groups cause.Groups
		groups.Add(&wild{func() string { <-release; return "" }, none}, time.Now(), cause.Sample{})
		require.Len(t, groups.All(), 1)
	})
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		err                error
		title, kind, frame string
	}{
		{name: "nil"},
		{"plain", errors.New("no luck"), "no luck", "", ""},
		{"dial", dial("10.0.0.7", 8080), "dial tcp: connect: connection refused", "*net.OpError", ""},
		{"lookup", &net.DNSError{Err: "no such host", Name: "a7.example.com", Server: "127.0.0.53:53"}, "lookup …: no such host", "*net.DNSError", ""},
		{
			"get", &url.Error{Op: "Get", URL: "http://10.0.0.7:80/1", Err: dial("10.0.0.7", 80)},
			`Get "…": dial tcp: connect: connection refused`, "*url.Error", "",
		},
		{"deadline", context.DeadlineExceeded, "context deadline exceeded", "context.deadlineExceededError", ""},
		{"json", syntax(`{"a":}`), "invalid character '…' looking for beginning of value", "*json.SyntaxError", ""},
		{"number", number("x1"), `strconv.Atoi: parsing "…": invalid syntax`, "*strconv.NumError", ""},
		{"file", open("/tmp/a b.jpg"), "open …: file does not exist", "*fs.PathError", ""},
		{"wrapped", fmt.Errorf("thumbnail 12: %w", open("relative.jpg")), "thumbnail #: open …: file does not exist", "*fs.PathError", ""},
		{"marked", policy.Permanent(fmt.Errorf("page 4: %w", &refused{403})), "page #: refused with #", "*cause_test.refused", ""},
		{"joined", errors.Join(open("a"), dial("1.2.3.4", 5)), "open …: file does not exist dial tcp: connect: connection refused", "*fs.PathError", ""},
		{"several wrapped", fmt.Errorf("%w, then %w", &refused{1}, open("b")), "refused with #, then open …: file does not exist", "*cause_test.refused", ""},
		{"panic", panicked(index(5), cropStack), "panic: runtime error: index out of range [#] with length #", "panic", "thumbs.crop (crop.go:88)"},
		{"printed", panicked("runtime error: index out of range [7] with length 3", printedStack), "panic: runtime error: index out of range [#] with length #", "panic", "thumbs.crop (crop.go:88)"},
		{"method", panicked("late", scaleStack), "panic: late", "panic", "thumbs.(*T).scale.func1 (scale.go:9)"},
		{"goexit", &supervisor.CrashError{Goexit: true, Stack: cropStack}, "runtime.Goexit", "goexit", "thumbs.crop (crop.go:88)"},
		{"process", &supervisor.CrashError{Kind: "exit", Exit: 3}, "exit code #", "exit", ""},
		{"start", &supervisor.CrashError{Phase: supervisor.PhaseStart, Err: open("/model.bin")}, "open …: file does not exist", "*fs.PathError", ""},
		{"end", &supervisor.CrashError{Err: errors.New("no luck")}, "no luck", "", ""},
		{"exit", &supervisor.CrashError{Exit: 3}, "exit code #", "crash", ""},
		{
			"cutoff", &supervisor.CutoffError{Rule: policy.RuleCold, Crashes: 5, Last: panicked("x", cropStack).(*supervisor.CrashError)},
			"gave up (cold): panic: x", "*supervisor.CutoffError", "thumbs.crop (crop.go:88)",
		},
		{"nil pointer", (*refused)(nil), "<nil>", "*cause_test.refused", ""},
		{"nil pointer with a method", (*net.OpError)(nil), "an error that panics when it is asked", "*net.OpError", ""},
		{"invalid", &policy.InvalidError{Field: "Containers", Value: -1, Reason: "must be 0"}, "longshore: invalid Containers #: must be #", "*policy.InvalidError", ""},
		{"by value", code(7), "code #", "cause_test.code", ""},
		{"escapes", errors.New("\x1b[31mred\x1b[0m\r\n\ttext\x07"), "red text�", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := cause.Of(c.err)
			require.Equal(t, []string{c.title, c.kind, c.frame}, []string{got.Title, got.Type, got.Frame})
			require.Equal(t, c.err == nil, got.Key == "")
		})
	}
}

func TestSameCause(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		a, b error
		same bool
	}{
		{"ports", dial("10.0.0.7", 1), dial("192.168.0.1", 65000), true},
		{"networks", dial("10.0.0.7", 1), &net.OpError{Op: "dial", Net: "udp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, false},
		{"files", open("a/b c.jpg"), open("x.png"), true},
		{"wrapped files", fmt.Errorf("input %d: %w", 3, open("a")), fmt.Errorf("input %d: %w", 12, open("bc")), true},
		{"reasons", open("a"), &fs.PathError{Op: "open", Path: "a", Err: fs.ErrPermission}, false},
		{"offsets", syntax(`{"a":}`), syntax(`[]]`), false},
		{"characters", syntax(`{"a":}`), syntax(`?`), true},
		{"quoted", number("12a"), number(`"; drop`), true},
		{"ranges", number("1e9"), number("99999999999999999999"), false},
		{"indexes", panicked(index(5), cropStack), panicked(index(17), cropStack), true},
		{"functions", panicked(index(5), cropStack), panicked(index(5), scaleStack), false},
		{"lines", panicked(index(5), cropStack), panicked(index(5), strings.Replace(cropStack, ":88", ":91", 1)), true},
		{"told by a process", panicked(index(5), cropStack), panicked("runtime error: index out of range [7] with length 3", printedStack), true},
		{"types", &refused{1}, errors.New("refused with 1"), false},
		{"text at the end", errors.New("no such user: 7"), errors.New("no such user: 12"), true},
		{"words", errors.New("no luck"), errors.New("no time"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.same, cause.Of(c.a).Key == cause.Of(c.b).Key, "%v | %v", cause.Of(c.a), cause.Of(c.b))
		})
	}
}

func TestOfIsShort(t *testing.T) {
	t.Parallel()
	huge := errors.New(strings.Repeat("word ", 1<<17))
	for range 30 {
		huge = fmt.Errorf("around: %w", huge)
	}
	many := make([]error, 10_000)
	for i := range many {
		many[i] = open(strconv.Itoa(i))
	}
	for _, err := range []error{huge, errors.Join(many...), panicked(strings.Repeat("\x1b[1m", 1<<20), strings.Repeat("\tx\n", 1<<20))} {
		got := cause.Of(err)
		require.LessOrEqual(t, len([]rune(got.Title)), 200)
		require.LessOrEqual(t, len([]rune(got.Frame)), 200)
	}
}

func TestOfDuration(t *testing.T) {
	t.Parallel()
	late := func(d time.Duration) cause.Cause { return cause.Of(fmt.Errorf("no answer after %v", d)) }
	require.Equal(t, "no answer after #", late(time.Minute+500*time.Millisecond).Title)
	require.Equal(t, late(3*time.Microsecond), late(90*time.Second))
}
