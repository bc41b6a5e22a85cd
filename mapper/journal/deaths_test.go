package journal_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/journal"
)

// suspects is how many inputs are suspected of a death.
func suspects(t testing.TB, path string) (n int) {
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, db.QueryRow("SELECT suspects FROM progress").Scan(&n))
	return n
}

// TestKiller has an input that takes the process with it. It is convicted after some four deaths,
// nobody else is, and everybody else comes to an end.
func TestKiller(t *testing.T) {
	t.Parallel()
	for _, p := range []plan{
		{Form: "Collect", Inputs: 200, Containers: 8, Killer: 77},
		{Form: "ordered", Inputs: 200, Containers: 8, Killer: 1},
		{Form: "unordered", Inputs: 200, Containers: 1, Killer: 200},
		{Form: "batched", Inputs: 200, Containers: 2, Killer: 55},
	} {
		t.Run(p.Form, func(t *testing.T) {
			t.Parallel()
			p.Path, p.Work = filepath.Join(t.TempDir(), "j"), 5*time.Millisecond
			lives, kills := 0, 0
			for ; ; lives++ {
				l := p.live(t, 0)
				require.Empty(t, l.err)
				for _, in := range l.executed {
					if in == p.Killer {
						kills++
					}
				}
				if l.ended {
					require.Len(t, l.delivered, p.Inputs-1)
					require.Len(t, l.failed, 1)
					require.Contains(t, l.failed[p.Killer], "died")
					break
				}
				require.Less(t, lives, 5)
			}
			require.GreaterOrEqual(t, lives, 3)
			require.Equal(t, lives, kills)
			l := p.live(t, 0)
			require.True(t, l.ended)
			require.Empty(t, l.executed, "it stays convicted")
			require.Len(t, l.failed, 1)
			p.Again = true
			l = p.live(t, 0)
			require.False(t, l.ended)
			require.Equal(t, []int{p.Killer}, l.executed, "RetryPoison")
		})
	}
}

// TestSuspectsRunAlone: of what was executing, one at a time executes, and nothing beside it.
func TestSuspectsRunAlone(t *testing.T) {
	t.Parallel()
	p := plan{Form: "ordered", Inputs: 100, Containers: 8, Work: 50 * time.Millisecond, Path: filepath.Join(t.TempDir(), "j")}
	l := p.live(t, 400*time.Millisecond)
	require.False(t, l.ended)
	// The next owner says how many are suspected.
	j := open(t, p.Path, journal.Options{})
	require.NoError(t, j.Close())
	n := suspects(t, p.Path)
	require.Positive(t, n)
	require.LessOrEqual(t, n, 8)
	began := time.Now()
	l = p.live(t, 0)
	require.True(t, l.ended, l.err)
	require.Len(t, l.delivered, p.Inputs)
	require.GreaterOrEqual(t, time.Since(began), time.Duration(n)*p.Work)
	require.Zero(t, suspects(t, p.Path), "they have come to an end")
}

var boot = regexp.MustCompile(`"boot":"[^"]*"`)

// TestNoDeath is what is not held against an input: another start of the machine, and the end of a
// process whose journal is closed.
func TestNoDeath(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 100, Containers: 2, Work: 100 * time.Millisecond, Path: filepath.Join(t.TempDir(), "j")}
	require.False(t, p.live(t, 300*time.Millisecond).ended)
	left, err := os.ReadFile(p.Path + "-run")
	require.NoError(t, err)
	require.Regexp(t, boot, string(left))
	require.NoError(t, os.WriteFile(p.Path+"-run", boot.ReplaceAll(left, []byte(`"boot":"another one, of 36 characters....."`)), 0o600))
	j := open(t, p.Path, journal.Options{})
	require.Zero(t, suspects(t, p.Path))
	require.NoError(t, j.Close())
	_, err = os.Stat(p.Path + "-run")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestSurvivors: a suspect that has come to its end is none any more, though the process dies before
// that is committed.
func TestSurvivors(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 100, Containers: 8, Work: 5 * time.Millisecond, Killer: 100, Path: filepath.Join(t.TempDir(), "j")}
	require.False(t, p.live(t, 0).ended)
	p.Work = 0
	l := p.live(t, 0)
	require.False(t, l.ended)
	require.Contains(t, l.executed, 100)
	j := open(t, p.Path, journal.Options{})
	require.NoError(t, j.Close())
	require.Equal(t, 1, suspects(t, p.Path))
}

// TestTerminated is a program that is told to end again and again, and does. That is held against
// nobody.
func TestTerminated(t *testing.T) {
	t.Parallel()
	p := plan{Form: "unordered", Inputs: 3000, Containers: 4, Work: time.Millisecond, Path: filepath.Join(t.TempDir(), "j")}
	for range 30 {
		p.liveTill(t, 1+rand.N(150*time.Millisecond), syscall.SIGTERM)
		if _, err := os.Stat(p.Path); err == nil {
			require.Zero(t, suspects(t, p.Path))
		}
	}
	l := p.live(t, 0)
	require.True(t, l.ended, l.err)
	require.Len(t, l.delivered, p.Inputs)
}

// TestKilledAtTheEnd is a run that was cancelled, whose process is killed before the run has ended:
// that is no input's fault.
func TestKilledAtTheEnd(t *testing.T) {
	t.Parallel()
	p := plan{Form: "Collect", Inputs: 20, Containers: 2, Work: 50 * time.Millisecond, Killer: 5, Late: true, Path: filepath.Join(t.TempDir(), "j")}
	for range 5 {
		require.False(t, p.live(t, 0).ended)
		j := open(t, p.Path, journal.Options{})
		require.NoError(t, j.Close())
		require.Zero(t, suspects(t, p.Path))
	}
}
