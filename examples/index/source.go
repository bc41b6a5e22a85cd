package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// source is the Go files to search.
type source struct {
	fsys  fs.FS
	files []string
}

// find returns the Go files below the directories. It leaves out test data, which is
// broken on purpose.
func find(fsys fs.FS, dirs []string) (source, error) {
	src := source{fsys: fsys}
	for _, dir := range dirs {
		err := fs.WalkDir(fsys, path.Clean(dir), func(name string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case d.Type().IsRegular() && path.Ext(name) == ".go":
				src.files = append(src.files, name)
			}
			return nil
		})
		if err != nil {
			return src, fmt.Errorf("-dirs: %w", err)
		}
	}
	if len(src.files) == 0 {
		return src, errors.New("no .go file in the input directory")
	}
	return src, nil
}

// ask is the queries: those of the file, those of the command line, or made up.
func (c config) ask(src source) ([]string, error) {
	switch {
	case c.queries != "":
		return readQueries(c.queries)
	case len(c.args) > 0:
		return c.args, nil
	case c.count < 1:
		return nil, fmt.Errorf("-n %d: must be at least 1", c.count)
	}
	return makeUp(src, c.count)
}

func readQueries(file string) (queries []string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if q := strings.TrimSpace(lines.Text()); q != "" {
			queries = append(queries, q)
		}
	}
	if len(queries) == 0 && lines.Err() == nil {
		return nil, fmt.Errorf("%s: no query", file)
	}
	return queries, lines.Err()
}

// makeUp asks for names of a few files, now and then for a prefix instead. Among
// them are a query that fails and, of two or more, one that panics.
func makeUp(src source, n int) (queries []string, err error) {
	names, err := sample(src)
	if err != nil {
		return nil, err
	}
	for i := range n {
		name := names[i*len(names)/n]
		switch {
		case i == n/3:
			queries = append(queries, "*")
		case i == 2*n/3:
			queries = append(queries, name+"@1000000")
		case i%10 == 9 && len(name) > 2:
			queries = append(queries, name[:3]+"*")
		default:
			queries = append(queries, name)
		}
	}
	return queries, nil
}

// sample is the names that some ten of the files use, in order.
func sample(src source) (names []string, err error) {
	step := max(len(src.files)/10, 1)
	seen := map[string]bool{}
	for i := 0; i < len(src.files); i += step {
		text, err := fs.ReadFile(src.fsys, src.files[i])
		if err != nil {
			return nil, err
		}
		for name := range identifiers(text) {
			seen[name] = true
		}
	}
	for name := range seen {
		if name != "_" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no name in the input files")
	}
	slices.Sort(names)
	return names, nil
}
