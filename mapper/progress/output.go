package progress

import (
	"fmt"
	"io"

	"github.com/longshore-go/longshore/internal/show"
)

// output is the caller's writer. One that panics has failed, like one that returns an error: it is called on goroutines of
// ours, where a panic ends the program, and on those of observers, where whoever waits for them would wait for ever.
type output struct{ io.Writer }

func (o output) Write(text []byte) (n int, err error) {
	defer func() {
		if value := recover(); value != nil {
			n, err = 0, fmt.Errorf("progress: the output panicked: %s", show.Text(value, 200))
		}
	}()
	return o.Writer.Write(text)
}
