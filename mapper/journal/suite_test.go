package journal_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/journals"
	"github.com/longshore-go/longshore/mapper/journal"
)

// TestSuite runs what every journal must pass.
func TestSuite(t *testing.T) {
	t.Parallel()
	journals.Run(t, journals.Place{
		Name: func(t testing.TB) string { return filepath.Join(t.TempDir(), "j") },
		Open: func(t testing.TB, name string, o journals.Options) journals.Journal {
			return open(t, name, journal.Options{KeepFailed: o.KeepFailed, FreshOnly: o.FreshOnly, Redact: o.Redact})
		},
		Read: func(t testing.TB, name string) *journal.Reader {
			r, err := journal.Read(name)
			require.NoError(t, err)
			return r
		},
	})
}
