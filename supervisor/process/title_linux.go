package process

import (
	"os"
	"unsafe"
)

// retitle gives a worker the title that it was not started with, as a spare one, and its main thread the name. shown is what the
// system shows of it: its first argument, where the system has put it.
func retitle(shown, title string) {
	if len(shown) > 0 {
		place := unsafe.Slice(unsafe.StringData(shown), len(shown))
		clear(place[copy(place, title):])
	}
	_ = os.WriteFile("/proc/self/comm", []byte(commOf(title)), 0)
}
