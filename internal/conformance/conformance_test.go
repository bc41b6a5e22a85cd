package conformance_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/internal/conformance"
)

func TestEmbeddedCasesDecode(t *testing.T) {
	t.Setenv("LONGSHORE_CONFORMANCE", "")

	modal, err := conformance.Modal()
	require.NoError(t, err)
	for _, c := range modal {
		require.NotEmpty(t, c.Area, c.ID)
		require.NotEmpty(t, c.Want(), c.ID)
		require.Empty(t, c.Kind(), c.ID)
	}

	flow, err := conformance.Flow()
	require.NoError(t, err)
	for _, c := range flow {
		require.NotEmpty(t, c.Area, c.ID)
		require.NotEmpty(t, c.Want(), c.ID)
		require.NotEmpty(t, c.Check, c.ID)
	}

	supervision, err := conformance.Supervision()
	require.NoError(t, err)
	for _, c := range supervision {
		require.Equal(t, c.Level == "trace" || c.Level == "run", c.Kind() != "", c.ID)
	}
}

func TestWantPrefersOurs(t *testing.T) {
	t.Parallel()
	c := conformance.Case{Expect: []byte(`1`)}
	require.JSONEq(t, `1`, string(c.Want()))
	c.Ours = []byte(`2`)
	require.JSONEq(t, `2`, string(c.Want()))
}

func TestDirectoryFromEnvironment(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("LONGSHORE_CONFORMANCE", dir)

	_, err := conformance.Modal()
	require.ErrorIs(t, err, os.ErrNotExist)

	for text, complaint := range map[string]string{
		`{`:                                     "unexpected end",
		`{"cases": []}`:                         "has no cases",
		`{"cases": [{"area": "x"}]}`:            "missing or repeated id",
		`{"cases": [{"id": "a"}, {"id": "a"}]}`: "missing or repeated id",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "modal_cases.json"), []byte(text), 0o600))
		_, err = conformance.Modal()
		require.ErrorContains(t, err, complaint)
	}

	require.NoError(t, os.WriteFile(filepath.Join(dir, "modal_cases.json"), []byte(`{"cases": [{"id": "a"}]}`), 0o600))
	cases, err := conformance.Modal()
	require.NoError(t, err)
	require.Len(t, cases, 1)
}
