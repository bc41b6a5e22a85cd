package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)\s]*)?\)|(?:src|srcset)="([^"]+)"`)
	code = regexp.MustCompile("`([^`]+)`")
)

// targets are the files of the tree that a line links to.
func targets(line string) []string {
	var names []string
	for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
		if name := found[1] + found[3]; !strings.Contains(name, "://") {
			names = append(names, name)
		}
	}
	return names
}

// file is the path of a file that a page links to.
func (p page) file(root, target string) string {
	return filepath.Join(root, filepath.FromSlash(path.Join(path.Dir(p.name), target)))
}

// checkLinks looks for the files that a page links to.
func (p page) checkLinks(root string) error {
	var failures []error
	for i, line := range p.prose {
		for _, target := range targets(line) {
			if _, err := os.Stat(p.file(root, target)); err != nil {
				failures = append(failures, fmt.Errorf("%s:%d: %w", p.name, i+1, err))
			}
		}
	}
	return errors.Join(failures...)
}

// checkTables looks for the code in each row of a table in the tests which that row links to: what stands in a table is
// taken from an Example, which is compiled and run.
func (p page) checkTables(root string) error {
	var failures []error
	for i, line := range p.prose {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		var tests []string
		for _, target := range targets(line) {
			if !strings.HasSuffix(target, "_test.go") {
				continue
			}
			text, err := os.ReadFile(p.file(root, target))
			failures = append(failures, err)
			tests = append(tests, dense(string(text)))
		}
		for _, found := range code.FindAllStringSubmatch(line, -1) {
			if len(tests) > 0 && !has(strings.Join(tests, "\n"), dense(found[1])) {
				failures = append(failures, fmt.Errorf("%s:%d: no Example that the row links to has %s", p.name, i+1, found[1]))
			}
		}
	}
	return errors.Join(failures...)
}

// has reports whether the parts of the code between its … are in the text, in this order.
func has(text, code string) bool {
	for part := range strings.SplitSeq(code, "…") {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}

// dense is text without its blanks: a snippet in a table has no lines.
func dense(text string) string { return strings.Join(strings.Fields(text), "") }
