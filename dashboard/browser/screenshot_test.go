package browser

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

var screenshot = flag.String("screenshot", "", "run examples/dashboard until it crash-loops, and write pictures of it to this folder")

// The pictures in README.md are of examples/dashboard in trouble:
//
//	go test -run Screenshot -screenshot ../../examples/dashboard .
func TestScreenshot(t *testing.T) {
	if *screenshot == "" {
		t.Skip("takes a minute, and only on request: -screenshot FOLDER")
	}
	p := newTab(t)
	p.expects("net::ERR_CONNECTION_REFUSED") // the program ends before the tab does
	p.dress(1280, "light")
	p.open(startExample(t, "-fault-every", "70s", "-fault-for", "25s"))
	p.click("tbody th a")
	p.shows("h1", "quotes")
	for range 3 { // most of a minute of good times is in the charts by then
		if p.holds(`eyes.text(".banner .next").includes("Next start in")`) {
			break
		}
	}
	// It has lasted for a while then, and the charts show it.
	p.await(`/Since\s[^]*?, \d\d s ago/.test(eyes.text(".banner .facts")) && /Crashes since then\s+([3-9]|\d\d)/.test(eyes.text(".banner .facts")) && parseInt(eyes.text(".banner .next time").replace("in ", "")) >= 2`)
	for name, look := range map[string]struct {
		width  int64
		scheme string
		last   string // what is seen of the page
	}{
		"screenshot":       {1280, "light", "[aria-labelledby=lanes]"},
		"screenshot-dark":  {1280, "dark", "[aria-labelledby=lanes]"},
		"screenshot-phone": {390, "light", ".counts"},
	} {
		p.dress(look.width, look.scheme)
		bottom := fmt.Sprintf(`Math.ceil(document.querySelector(%q).getBoundingClientRect().bottom) + 8`, look.last)
		p.do(chromedp.EmulateViewport(look.width, ask[int64](p, bottom)))
		png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.Less(t, len(png), 300_000, name)
		require.NoError(t, os.WriteFile(filepath.Join(*screenshot, name+".png"), png, 0o644))
	}
}

// holds waits for a condition as long as await does, and reports whether it came true.
func (p *tab) holds(condition string) bool {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("eyes.await(() => ("+condition+"))", chromedp.EvalAwaitPromise))
	return err == nil
}

// startExample runs the program until the end of the test, and returns the URL of its page.
func startExample(t *testing.T, args ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "example")
	out, err := exec.Command("go", "build", "-C", "../../examples", "-o", program, "./dashboard").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	_, url, found := strings.Cut(strings.TrimSpace(line), "the page is on ")
	require.True(t, found, line)
	return url
}
