package browser

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor/process"
)

func TestMain(m *testing.M) {
	process.Main() // stories with worker processes start this program once more
	if url := os.Getenv(workerOf); url != "" {
		os.Exit(work(url)) // and so do those with machines
	}
	os.Exit(run(m))
}

// run also looks for what is left over, of the dashboards and of the browser.
func run(m *testing.M) int {
	code := m.Run()
	closeChrome()
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	return code
}
