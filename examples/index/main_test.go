package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/longshore-go/longshore/supervisor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var files = fstest.MapFS{
	"a/one.go":         {Data: []byte("package a\n\nfunc Foo() { Foo(); Bar() }\nfunc Bar() {}\n")},
	"a/two.go":         {Data: []byte("package a\n\nvar Food = Foo\n")},
	"a/notes.txt":      {Data: []byte("Foo")},
	"a/testdata/no.go": {Data: []byte("Foo")},
	"b/broken.go":      {Data: []byte("Bar 'x\n}")},
}

func sources(t *testing.T, dirs ...string) source {
	t.Helper()
	src, err := find(files, dirs)
	require.NoError(t, err)
	return src
}

func TestFind(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a/one.go", "a/two.go", "b/broken.go"}, sources(t, "").files)
	require.Equal(t, []string{"b/broken.go", "a/one.go", "a/two.go"}, sources(t, "b", "a/").files)
	_, err := find(files, []string{"a", "none"})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = find(files, []string{"a/testdata"})
	require.ErrorContains(t, err, "no .go file")
}

func TestSearch(t *testing.T) {
	t.Parallel()
	ix, err := build(t.Context(), sources(t, "."))
	require.NoError(t, err)
	one, two := use{"a/one.go", 3}, use{"a/two.go", 3}
	for query, want := range map[string][]use{
		"Foo":   {one, two},
		"Foo*":  {one, two, two},
		"Bar":   {one, {"a/one.go", 4}, {"b/broken.go", 1}},
		"Foo@2": {two},
	} {
		uses, err := ix.search(query)
		require.NoError(t, err, query)
		require.Equal(t, want, uses, query)
	}
	for query, want := range map[string]string{
		"*":     errPrefix.Error(),
		"fo*":   errUnknown.Error(),
		"Fo":    errUnknown.Error(),
		"":      errUnknown.Error(),
		"Foo@x": `strconv.Atoi: parsing "x": invalid syntax`,
	} {
		_, err := ix.search(query)
		require.EqualError(t, err, want, query)
	}
}

// ways are both ways to answer queries.
func ways(t *testing.T, test func(*testing.T, config)) {
	for name, c := range map[string]config{
		"ephemeral": {mapper: options()},
		"deployed":  {mapper: options(), deploy: true, callers: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, c) })
		})
	}
}

// With one container, each panic costs an index, an error none, and every index is
// given back. In a bubble, the wait for the next container takes no time.
func TestStateIsRebuiltAfterPanic(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, c config) {
		c.mapper.Containers = 1
		did := &ledger{}
		way := ephemeral
		if c.deploy {
			way = deployed
		}
		queries := []string{"Foo", "*", "Foo@99", "Bar", "Fo*"}
		answers, err := way(t.Context(), searcher(sources(t, "."), did), queries, c)
		require.NoError(t, err)
		for i, uses := range []int{2, 0, 0, 3, 3} {
			require.Len(t, answers[i].uses, uses, queries[i])
			require.Equal(t, uses == 0, answers[i].err != nil, queries[i])
		}
		require.ErrorIs(t, answers[1].err, errPrefix)
		crash, ok := errors.AsType[*supervisor.CrashError](answers[2].err)
		require.True(t, ok)
		require.ErrorContains(t, crash.Panic.(error), "index out of range [98] with length 2")

		require.Equal(t, 1+2, did.enters, "one, and one after each crash")
		require.Len(t, did.pages, did.enters)
		asked := 0
		for _, p := range did.pages {
			asked += p.queries
			require.Equal(t, 3, p.files)
		}
		require.Equal(t, len(queries)+1, asked, "the query that panics is asked twice")
	})
}

func TestReport(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, c config) {
		c.count = 20
		src := sources(t, ".")
		queries, err := c.ask(src)
		require.NoError(t, err)
		var said strings.Builder
		require.NoError(t, search(t.Context(), c, src, queries, &said))
		for _, part := range []string{ // in this order
			"query", "uses", "first\n", "a/one.go:", errPrefix.Error(), "the search panicked: runtime error: index out of range",
			"and 7 more\n\ncontainer", " times enter made an index,", "; 21 attempts at queries",
		} {
			_, rest, found := strings.Cut(said.String(), part)
			require.True(t, found, "%q comes next in:\n%s", part, said.String())
			said.Reset()
			said.WriteString(rest)
		}
	})
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, c config) {
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupted := errors.New("interrupt signal received")
		cancel(interrupted)
		require.ErrorIs(t, search(ctx, c, sources(t, "."), []string{"Foo"}, io.Discard), interrupted)
	})
}

// A run whose containers cannot build their index gives up, and says why.
func TestEnterFails(t *testing.T) {
	t.Parallel()
	src := source{fsys: files, files: []string{"a/one.go", "a/gone.go"}}
	err := search(t.Context(), config{mapper: options()}, src, []string{"Foo"}, io.Discard)
	require.ErrorIs(t, err, supervisor.ErrCutoff)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestQueries(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, f := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), f.Data, 0o600))
	}
	file := filepath.Join(dir, "queries")
	require.NoError(t, os.WriteFile(file, []byte("Foo\n\n Bar \n"), 0o600))
	for _, c := range []config{
		{in: dir, dirs: "a,b", queries: file, mapper: options()},
		{in: dir, dirs: "a,b", args: []string{"Foo", "Bar"}, mapper: options()},
	} {
		var said strings.Builder
		require.NoError(t, run(t.Context(), c, &said))
		require.Contains(t, said.String(), "2 queries about 3 files below "+dir)
		require.Contains(t, said.String(), "Foo    2     a/one.go:3\nBar    3     a/one.go:3\n")
	}

	empty := filepath.Join(dir, "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	wrong := options()
	wrong.Containers = -1
	for want, c := range map[string]config{
		"input directory: ":        {in: filepath.Join(dir, "none")},
		"is not a directory":       {in: file},
		"-dirs: ":                  {in: dir, dirs: "none"},
		"-n 0: ":                   {in: dir},
		"-callers 0: ":             {in: dir, deploy: true},
		"no such file":             {in: dir, queries: filepath.Join(dir, "none")},
		"empty: no query":          {in: dir, queries: empty},
		"invalid Containers -1":    {in: dir, args: []string{"Foo"}, mapper: wrong},
		"longshore: invalid Conta": {in: dir, args: []string{"Foo"}, mapper: wrong, deploy: true, callers: 1},
	} {
		require.ErrorContains(t, run(t.Context(), c, io.Discard), want)
	}
}

// Few names make up many queries, and two of them go wrong.
func TestMakeUp(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 100} {
		queries, err := makeUp(sources(t, "."), n)
		require.NoError(t, err)
		require.Len(t, queries, n)
		require.Contains(t, queries, "*")
		require.Equal(t, n > 1, strings.Contains(strings.Join(queries, " "), "@"))
	}
}
