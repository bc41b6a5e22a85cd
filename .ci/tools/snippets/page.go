package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The kinds of blocks in a page.
const (
	whole  = "file"   // ```go: a file that begins with a package clause
	decls  = "decls"  // ```go decls: declarations
	body   = "body"   // ```go body: statements
	given  = "given"  // <!-- given: declarations that readers need not see
	output = "output" // ```output: what the program before it prints
)

// A block is a snippet, or what belongs to one.
type block struct {
	kind    string
	line    int // of its text in the page, from 1
	text    string
	imports map[string]string // that the fence names, by the name of the package
}

// A page is a file of Markdown.
type page struct {
	name   string   // from the root, with slashes
	prose  []string // its lines, those of blocks empty
	blocks []block
}

func readPages(root string) ([]page, error) {
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		return nil, err
	}
	readme, err := readPage(root, "README.md")
	if err != nil {
		return nil, err
	}
	pages := []page{readme}
	for _, name := range names {
		p, err := readPage(root, "docs/"+filepath.Base(name))
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
}

func readPage(root, name string) (page, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return page{}, err
	}
	return parse(name, string(text))
}

// parse finds the blocks of a page.
func parse(name, text string) (page, error) {
	lines := strings.Split(text, "\n")
	p := page{name: name, prose: slices.Clone(lines)}
	for i := 0; i < len(lines); i++ {
		b, end, err := opens(lines[i])
		if err != nil {
			return page{}, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
		if end == "" {
			continue
		}
		first := i + 1
		for i++; i < len(lines) && lines[i] != end; i++ {
			p.prose[i] = ""
		}
		if i == len(lines) {
			return page{}, fmt.Errorf("%s:%d: has no end", name, first)
		}
		if b.kind == "" {
			continue // a block of something else
		}
		b.line, b.text = first+1, strings.Join(lines[first:i], "\n")+"\n"
		if b.kind == whole && !isFile(b.text) {
			return page{}, fmt.Errorf("%s:%d: has no package clause: is it ```go body or ```go decls?", name, first)
		}
		p.blocks = append(p.blocks, b)
	}
	return p, nil
}

// opens says what a line begins, if anything, and which line ends that.
func opens(line string) (b block, end string, err error) {
	if line == "<!-- given" {
		return block{kind: given}, "-->", nil
	}
	info, fence := strings.CutPrefix(line, "```")
	if !fence {
		return b, "", nil
	}
	words := strings.Fields(info)
	if len(words) == 1 && words[0] == "output" {
		return block{kind: output}, "```", nil
	}
	if len(words) == 0 || words[0] != "go" {
		return b, "```", nil
	}
	b = block{kind: whole, imports: map[string]string{}}
	for _, word := range words[1:] {
		name, path, is := strings.Cut(word, "=")
		switch {
		case is:
			b.imports[name] = path
		case word == body || word == decls:
			b.kind = word
		default:
			return b, "", fmt.Errorf("```go %s: want body, decls or name=path", word)
		}
	}
	return b, "```", nil
}

// isFile reports whether the text begins with a package clause, behind comments perhaps.
func isFile(text string) bool {
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "package "):
			return true
		case strings.HasPrefix(line, "//") || strings.TrimSpace(line) == "":
		default:
			return false
		}
	}
	return false
}
