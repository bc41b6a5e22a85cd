package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

// hostile is a text that would do harm in a page, in an attribute, in a script, in a terminal.
// In the page, nothing of it is more than text.
const hostile = `<b id="pwned">fat</b><script>alert("script")</script><img src="x" onerror="alert('image')">` +
	`"'><svg onload=alert(1)></svg><a href="javascript:alert(2)">go</a></bdi></td></table><style>*{display:none}</style>{{.}}${1}` +
	"\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07link\x1b]8;;\x07\u202egnp.exe\u2066\u200b\x00\x07\r\n\xff\xfe"

// long is a hostile text of 1 MB.
var long = hostile + strings.Repeat("spam ", 200_000)

var _ = process.Register(spit)

// spit prints, and dies with, hostile texts. It runs in worker processes.
func spit(_ context.Context, n int) (int, error) {
	switch n {
	case 0: // 64 KiB are kept, so that this comes before what is looked for
		fmt.Fprintln(os.Stderr, strings.ReplaceAll(long, "\n", " "))
		return n, nil
	case 1:
		fmt.Println(strings.ReplaceAll(hostile, "\n", " "))
		return n, nil
	case 2:
		return n, errors.New(hostile)
	case 3:
		return n, errors.New(long)
	case 4:
		panic(hostile)
	}
	panic(long)
}

// Texts of users are shown as texts, wherever they come from.
func TestHostileStrings(t *testing.T) {
	t.Parallel()
	s := newStage(t, dashboard.Options{
		Title: hostile, AllowActions: true,
		Describe: func(in any) string { return fmt.Sprint(in) + long },
	})
	p := newTab(t)
	f, err := mapper.Deploy(t.Context(), mapper.Plain(spit), mapper.Options{
		Name: "in-process" + hostile, Containers: 1, CrashLimit: 1, Observer: s,
		Runtime: process.New(process.Options{Log: func(process.Line) {}}),
	})
	require.NoError(t, err)
	t.Cleanup(func() { <-f.Done() })
	for n := range 6 {
		_, err := f.Call(t.Context(), n)
		require.Equal(t, n < 2, err == nil)
	}
	name := "<i>" + long
	drain(mapper.Map(t.Context(), func(_ context.Context, n int) (int, error) {
		if n == 7 {
			panic(errors.New(long))
		}
		return n, errors.New(hostile)
	}, numbers(9), mapper.Options{Name: name, Containers: 2, CrashLimit: 1, ReturnExceptions: true, Observer: s}))

	fn, run := "in-process"+hostile, name
	for i, path := range []string{
		"/",
		s.run(fn), s.run(fn, "containers"), s.run(fn, "containers", 0), s.run(fn, "containers", 1),
		s.run(fn, "inputs"), s.run(fn, "inputs", 5), s.run(fn, "inputs", 2), s.run(fn, "inputs", 3), s.run(fn, "inputs", 4),
		s.run(run), s.run(run, "inputs"), s.run(run, "inputs", 7),
		"/?q=" + "%3Cb+id%3Dpwned%3E%22%27%3E%3Cscript%3Ealert(1)%3C/script%3E",
		s.run(run, "inputs") + "?cause=%3Cb+id%3Dpwned%3E&q=%22%3E%3Cb+id%3Dpwned%3E",
	} {
		p.open(s.url(path))
		p.shows("#live-word", "live")
		p.await("eyes.frames() > 0") // what has come by the stream is as harmless
		require.Equal(t, "", ask[string](p, "eyes.foreign()"), path)
		text := ask[string](p, "document.documentElement.textContent + document.title")
		require.Less(t, len(text), 800_000, "%s: what is long is cut", path)
		require.Equal(t, -1, strings.IndexFunc(text, harmful), "%s: %q", path, around(text))
		p.picture(fmt.Sprintf("hostile-%02d", i))
	}
	p.open(s.url(s.run(fn, "containers", 0)))
	p.shows(".log", `<b id="pwned">fat</b><script>alert("script")</script>`)
	p.open(s.url(s.run(fn, "inputs", 2)))
	p.shows("pre", `<b id="pwned">fat</b><script>alert("script")</script>`)
}

// harmful is what must not get into a page: controls, and what changes the direction of text.
func harmful(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control))
}

func around(text string) string {
	if i := strings.IndexFunc(text, harmful); i >= 0 {
		return text[max(i-60, 0):min(i+60, len(text))]
	}
	return ""
}
