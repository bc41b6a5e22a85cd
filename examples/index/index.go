package main

import (
	"context"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/longshore-go/longshore/policy"
)

// index says for each identifier where it is used: an inverted index.
type index struct {
	files []string
	names []string // sorted, for prefixes
	uses  map[string][]use
}

// use is a line that has an identifier.
type use struct {
	file string
	line int
}

func (u use) String() string { return fmt.Sprintf("%s:%d", u.file, u.line) }

// build reads every file, which takes its time.
func build(ctx context.Context, src source) (*index, error) {
	ix := &index{files: src.files, uses: map[string][]use{}}
	for _, file := range src.files {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		text, err := fs.ReadFile(src.fsys, file)
		if err != nil {
			return nil, err
		}
		for name, line := range identifiers(text) {
			uses := ix.uses[name]
			if n := len(uses); n == 0 || uses[n-1] != (use{file, line}) {
				ix.uses[name] = append(uses, use{file, line})
			}
		}
	}
	for name := range ix.uses {
		ix.names = append(ix.names, name)
	}
	slices.Sort(ix.names)
	return ix, nil
}

// identifiers yields those of a file, with their lines. It does not mind what a compiler
// would.
func identifiers(text []byte) func(func(string, int) bool) {
	return func(yield func(string, int) bool) {
		var s scanner.Scanner
		file := token.NewFileSet().AddFile("", -1, len(text))
		s.Init(file, text, func(token.Position, string) {}, 0)
		for {
			pos, tok, name := s.Scan()
			if tok == token.EOF || tok == token.IDENT && !yield(name, file.PositionFor(pos, false).Line) {
				return
			}
		}
	}
}

var (
	errPrefix  = errors.New("a prefix of nothing: it would be every name")
	errUnknown = errors.New("no such name")
)

// search answers a query. Its errors are final: to ask again would not help.
func (ix *index) search(query string) ([]use, error) {
	if prefix, ok := strings.CutSuffix(query, "*"); ok {
		return ix.withPrefix(prefix)
	}
	name, nth, ok := strings.Cut(query, "@")
	uses := ix.uses[name]
	if len(uses) == 0 {
		return nil, policy.Permanent(errUnknown)
	}
	if !ok {
		return uses, nil
	}
	n, err := strconv.Atoi(nth)
	if err != nil {
		return nil, policy.Permanent(err)
	}
	return []use{uses[n-1]}, nil // panics for a use that there is not
}

func (ix *index) withPrefix(prefix string) (all []use, err error) {
	if prefix == "" {
		return nil, policy.Permanent(errPrefix)
	}
	from, _ := slices.BinarySearch(ix.names, prefix)
	for _, name := range ix.names[from:] {
		if !strings.HasPrefix(name, prefix) {
			break
		}
		all = append(all, ix.uses[name]...)
	}
	if all == nil {
		return nil, policy.Permanent(errUnknown)
	}
	return all, nil
}
