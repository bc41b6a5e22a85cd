// Parse reads all Go source files below a directory, Go's own by default, and counts their
// functions, with progress on the terminal, and a log above it if wanted:
//
//	go -C mapper/progress run ./cmd/parse
//	go -C mapper/progress run ./cmd/parse -log -in ~/src
//
// Files that do not parse are failures, of which Go's own tests have a hundred on purpose: the
// summary has their causes, and -log tells of them as they happen. The totals go to
// stdout, everything else to stderr.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/eventlog"
)

func main() {
	in := flag.String("in", "", "the `directory`; empty means Go's own source")
	logged := flag.Bool("log", false, "log what goes wrong, as it does")
	containers := flag.Int("containers", 0, "how many files at the same time; 0 means GOMAXPROCS")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills, as it does everywhere
	bars := progress.New(os.Stderr, progress.Options{})
	observer := supervisor.Observers{bars}
	if *logged {
		observer = append(observer, eventlog.New(slog.New(slog.NewTextHandler(bars, nil)), eventlog.Options{}))
	}
	err := run(ctx, *in, mapper.Options{Containers: *containers, Observer: observer}, os.Stdout)
	_ = bars.Close()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "parse:", err)
		os.Exit(1)
	}
}

// run is the whole program; main only adds the process around it. Files that do not parse are part of
// the summary, and no error.
func run(ctx context.Context, in string, opts mapper.Options, w io.Writer) error {
	if in == "" {
		goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return fmt.Errorf("cannot find Go's own source, name a directory with -in: go env GOROOT: %w", err)
		}
		in = strings.TrimSpace(string(goroot))
	}
	opts.Name, opts.ReturnExceptions, opts.Unordered = "parse", true, true
	files, functions := 0, 0
	for r := range mapper.MapSeq(ctx, count, sources(in), opts) {
		switch {
		case r.Index < 0 || ctx.Err() != nil:
			return errors.Join(r.Err, context.Cause(ctx))
		case r.Err == nil:
			files++
			functions += r.Value
		}
	}
	fmt.Fprintf(w, "%d functions in %d files below %s\n", functions, files, in)
	return nil
}

// sources yields the Go files below a directory, as the walk finds them: their number is not known before.
func sources(root string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
				return nil // what cannot be read is not there
			}
			if !yield(path) {
				return filepath.SkipAll
			}
			return nil
		})
	}
}

// count counts the functions that a file declares.
func count(_ context.Context, path string) (int, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, declared := range file.Decls {
		if _, ok := declared.(*ast.FuncDecl); ok {
			n++
		}
	}
	return n, nil
}
