// Index searches Go's own source code for names, with an index in each container:
//
//	go run ./examples/index
//	go run ./examples/index -deploy -callers 8
//	go run ./examples/index -dirs . 'Parse*' ServeHTTP 'Errorf@3'
//
// To build the index takes seconds, and to look a name up microseconds, so that each
// container builds it once (the enter of mapper.WithState), answers queries with it
// for as long as it lives, and says what it did when it ends (exit).
//
// Without -deploy the containers live as long as one run (Body.Map). With it they
// belong to a function (mapper.Deploy) that goroutines call as they please.
//
// A query is Name, Pre* for all names with a prefix, or Name@3 for the third use of a
// name. Among the queries it makes up by itself, one fails ("*", a prefix of nothing:
// an error, which costs nothing but the answer) and one panics (a use that there is
// not: an index out of range, which nobody has thought of). The panic ends its
// container, and the next one builds its index anew.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// config is what the flags say.
type config struct {
	in, dirs, queries string
	count             int
	args              []string
	deploy            bool
	callers           int
	mapper            mapper.Options
}

// options are those of a run and of a function alike.
func options() mapper.Options {
	return mapper.Options{
		Name:         "index",
		Containers:   2,
		Timeout:      10 * time.Second, // of a query
		StartTimeout: 5 * time.Minute,  // of the building of an index
		CrashLimit:   2,                // each crash costs an index
	}
}

func main() {
	c := config{mapper: options()}
	flag.StringVar(&c.in, "in", "", "`directory` of Go source code (default the src of your Go installation)")
	flag.StringVar(&c.dirs, "dirs", "encoding,go,net", "only these `directories` below it, separated by commas; . is everything")
	flag.StringVar(&c.queries, "queries", "", "`file` of queries, one a line (default the arguments, or made up)")
	flag.IntVar(&c.count, "n", 100, "how many queries to make up")
	flag.BoolVar(&c.deploy, "deploy", false, "deploy a function and call it, instead of a run")
	flag.IntVar(&c.callers, "callers", 4, "goroutines that call a deployed function")
	flag.IntVar(&c.mapper.Containers, "containers", c.mapper.Containers, "how many containers, each with an index of its own")
	board := watch.Flag()
	flag.Parse()
	c.args = flag.Args()

	board.Main("index", func(ctx context.Context, o supervisor.Observer) error {
		c.mapper.Observer = o
		return run(ctx, c, os.Stdout)
	})
}

// run is the whole program; main only adds the process around it. Queries that fail are
// part of its report, and no error.
func run(ctx context.Context, c config, w io.Writer) error {
	if c.deploy && c.callers < 1 {
		return fmt.Errorf("-callers %d: must be at least 1", c.callers)
	}
	in, err := inputDir(ctx, c.in)
	if err != nil {
		return err
	}
	src, err := find(os.DirFS(in), strings.Split(c.dirs, ","))
	if err != nil {
		return err
	}
	queries, err := c.ask(src)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d queries about %d files below %s\n\n", len(queries), len(src.files), in)
	return search(ctx, c, src, queries, w)
}

// search answers the queries, one way or the other, and reports what that took.
func search(ctx context.Context, c config, src source, queries []string, w io.Writer) error {
	did := &ledger{}
	body := searcher(src, did)
	way := ephemeral
	if c.deploy {
		way = deployed
	}
	began := time.Now()
	answers, err := way(ctx, body, queries, c)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	printAnswers(w, queries, answers)
	did.print(w, time.Since(began))
	return nil
}

// inputDir is the directory to read.
func inputDir(ctx context.Context, dir string) (string, error) {
	if dir == "" {
		goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return "", fmt.Errorf("cannot find Go's own source code, name a directory with -in: go env GOROOT: %w", err)
		}
		dir = filepath.Join(strings.TrimSpace(string(goroot)), "src")
	}
	switch info, err := os.Stat(dir); {
	case err != nil:
		return "", fmt.Errorf("input directory: %w", err)
	case !info.IsDir():
		return "", fmt.Errorf("input directory: %s is not a directory", dir)
	}
	return dir, nil
}
