package journal_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
)

// lockOut keeps a journal from being written, as a disk does that takes its time, until free is called: ten
// seconds later at the latest, when the journal fails.
func lockOut(t testing.TB, path string) (free func()) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	_, err = db.Exec("BEGIN IMMEDIATE")
	require.NoError(t, err)
	return func() {
		_, err := db.Exec("ROLLBACK")
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
}
