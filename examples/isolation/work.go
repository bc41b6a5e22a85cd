package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

// task is an input: a file to parse, or one of the faults.
type task struct {
	File  string
	Fault string // what it does; empty for a file
}

// facts are what is found out about a file.
type facts struct {
	Lines, Funcs int
}

// A worker is this program started once more, and finds the function by its name.
var _ = process.Register(inspect)

// inspect is the function that runs in the workers.
func inspect(_ context.Context, t task) (facts, error) {
	if t.Fault != "" {
		return facts{}, commit(t.Fault)
	}
	text, err := os.ReadFile(t.File)
	if err != nil {
		return facts{}, err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, t.File, text, parser.SkipObjectResolution)
	if err != nil {
		return facts{}, policy.Permanent(err) // it will not parse next time either
	}
	found := facts{Lines: set.File(file.Pos()).LineCount()}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			found.Funcs++
		}
		return true
	})
	return found, nil
}

// find returns a task for each Go file in some directories below root. Test data is left
// out: some of it is broken on purpose.
func find(root string, dirs []string) (tasks []task, err error) {
	for _, dir := range dirs {
		err = filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case d.Type().IsRegular() && filepath.Ext(path) == ".go":
				tasks = append(tasks, task{File: path})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return tasks, nil
}
