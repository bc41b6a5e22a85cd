package main

import (
	"go/ast"
	"path"
)

const ours = "github.com/longshore-go/longshore/"

// known are the packages that a snippet may name without importing them. A variable must not have such a name.
var known = byName(
	"bufio", "context", "database/sql", "encoding/csv", "encoding/json", "errors", "fmt", "io", "iter", "log", "log/slog",
	"maps", "net/http", "os", "os/exec", "os/signal", "path/filepath", "runtime", "slices", "strconv", "strings", "sync",
	"sync/atomic", "testing", "testing/synctest", "time",
	"golang.org/x/sync/errgroup", "golang.org/x/time/rate",
	ours+"dashboard", ours+"mapper", ours+"mapper/endpoint", ours+"mapper/journal", ours+"mapper/metrics",
	ours+"mapper/progress", ours+"policy", ours+"supervisor", ours+"supervisor/eventlog", ours+"supervisor/process",
)

func byName(paths ...string) map[string]string {
	names := map[string]string{}
	for _, p := range paths {
		names[path.Base(p)] = p
	}
	return names
}

// needed are the packages that a file names, by their names; those in its fence go first.
func needed(file *ast.File, fence map[string]string) map[string]string {
	found := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := selector.X.(*ast.Ident); ok {
			if p := fence[id.Name]; p != "" {
				found[id.Name] = p
			} else if p := known[id.Name]; p != "" {
				found[id.Name] = p
			}
		}
		return true
	})
	return found
}
