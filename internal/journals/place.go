package journals

import (
	"testing"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/recorded"
)

// Options are those of a journal that the tests use.
type Options struct {
	KeepFailed bool
	FreshOnly  bool
	Redact     func(string) string
}

// Journal is one that is open.
type Journal interface {
	mapper.Journal
	Close() error
}

// Place is where journals are kept.
type Place struct {
	Name func(t testing.TB) string // of a journal that is not there yet
	Open func(t testing.TB, name string, o Options) Journal
	Read func(t testing.TB, name string) *recorded.Reader
}

// Run runs the tests.
func Run(t *testing.T, p Place) {
	for name, test := range map[string]func(*testing.T){
		"doors": p.doors, "counts": p.counts, "each": p.each, "moved": p.moved, "in front": p.inFront,
		"fresh only": p.freshOnly, "attempts": p.attempts, "keep failed": p.keepFailed, "redact": p.redact, "read": p.read,
	} {
		t.Run(name, test)
	}
}
