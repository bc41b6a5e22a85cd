package browser

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// wanted names the browser, and says that there must be one.
const wanted = "LONGSHORE_CHROMIUM"

// chrome is the browser. All stories share one, and each has tabs of its own.
var chrome struct {
	once   sync.Once
	ctx    context.Context
	cancel context.CancelFunc
	err    error
}

// browserOf is the browser, started by whoever needs it first: listing the tests starts none.
func browserOf(t *testing.T) context.Context {
	t.Helper()
	path, must := os.LookupEnv(wanted)
	if !must {
		path = findChrome()
	}
	if path == "" {
		t.Skip("no chromium, chromium-browser or google-chrome in the path: set " + wanted)
	}
	chrome.once.Do(func() { startChrome(path) })
	if chrome.err != nil && !must {
		t.Skipf("%s does not start: %v", path, chrome.err)
	}
	require.NoError(t, chrome.err, path)
	return chrome.ctx
}

func findChrome() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func startChrome(path string) {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.WSURLReadTimeout(time.Minute),
		// Nothing that the pages do not ask for: no updates, no metrics, no fonts to load.
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.DisableGPU,
	)
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // root has no sandbox
	}
	ctx, free := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, cancel := chromedp.NewContext(ctx)
	chrome.ctx, chrome.cancel = ctx, func() { cancel(); free() }
	chrome.err = chromedp.Do(ctx) // without a limit: the browser lives as long as this context
}

func closeChrome() {
	if chrome.ctx == nil {
		return
	}
	ctx, stop := context.WithTimeout(chrome.ctx, 20*time.Second)
	defer stop()
	_ = chromedp.Cancel(ctx) // what matters is that nothing is left
	chrome.cancel()
}
