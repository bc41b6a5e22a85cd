// Thumbnails makes a thumbnail of every PNG, JPEG and GIF below a directory, and a
// contact sheet, index.html, of them all:
//
//	go run ./examples/thumbnails
//	go run ./examples/thumbnails -in ~/Pictures -out /tmp/sheet -containers 8
//	go run ./examples/thumbnails -runtime process
//
// Without -in it takes the image test data that comes with Go, some of which is
// broken on purpose. It shows how one run treats failures by their kind: a file that
// does not decode is final (policy.Permanent), trouble with the disk is retried
// (Retries), a file that takes too long is given up (Timeout), and a decoder that
// panics costs its container but not the run. Each ends as the result of its own
// file (ReturnExceptions), and all the others get their thumbnails.
//
// With -runtime process the same function runs in worker processes: then a decoder that
// takes its process down, or ignores that its time is up, costs no more than that.
//
// With -journal thumbnails.db what is done is recorded there: interrupted, or killed, and started
// again with the same flags, the program goes on where it was. That needs -out, where the thumbnails
// of the last time are.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/longshore-go/longshore/examples/watch"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/journal"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// config is what the flags say.
type config struct {
	in, out string
	size    int
	runtime string
	journal string
	mapper  mapper.Options
}

func main() {
	process.Main() // a worker stays in there

	c := config{mapper: mapper.Options{
		Name:             "thumbnails",
		Retries:          policy.Retries{InitialDelay: 100 * time.Millisecond},
		ReturnExceptions: true,
	}}
	flag.StringVar(&c.in, "in", "", "`directory` of images (default the test images of your Go installation)")
	flag.StringVar(&c.out, "out", "", "`directory` for the result (default a new temporary one)")
	flag.IntVar(&c.size, "size", 160, "longest side of a thumbnail, in `pixels`")
	flag.StringVar(&c.runtime, "runtime", "goroutine", "what a container is: goroutine or process")
	flag.StringVar(&c.journal, "journal", "", "`file` that records what is done, so that the next start goes on there; needs -out")
	flag.IntVar(&c.mapper.Containers, "containers", 0, "how many images at the same time (default one for each CPU)")
	flag.IntVar(&c.mapper.Retries.MaxRetries, "retries", 2, "how often to try again after an I/O error or a timeout")
	flag.DurationVar(&c.mapper.Timeout, "timeout", 10*time.Second, "longest time for one image; 0 means no limit")
	board := watch.Flag()
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "thumbnails: unexpected argument %q; directories go to -in and -out\n", flag.Arg(0))
		os.Exit(2)
	}

	board.Main("thumbnails", func(ctx context.Context, o supervisor.Observer) error {
		c.mapper.Observer = o
		return run(ctx, c, os.Stdout)
	})
}

// run is the whole program; main only adds the process around it. Files that fail are
// part of its report, and no error.
func run(ctx context.Context, c config, w io.Writer) error {
	if c.size < 1 || c.size > maxSize {
		return fmt.Errorf("-size %d: must be from 1 to %d", c.size, maxSize)
	}
	switch c.runtime {
	case "goroutine":
	case "process":
		c.mapper.Runtime = process.New(process.Options{})
	default:
		return fmt.Errorf("-runtime %q: must be goroutine or process", c.runtime)
	}
	if c.journal != "" && c.out == "" {
		return errors.New("-journal needs -out: what it records is in there")
	}
	in, err := inputDir(ctx, c.in)
	if err != nil {
		return err
	}
	names, err := find(os.DirFS(in), filepath.Join(c.out, thumbs), w)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("no .png, .jpg, .jpeg or .gif file in %s", in)
	}
	out, err := outputDir(c.out)
	if err != nil {
		return err
	}
	if c.journal != "" {
		j, err := journal.Open(c.journal, journal.Options{})
		if err != nil {
			return err
		}
		defer j.Close() // what is recorded was on the disk before it was delivered
		c.mapper.Journal = j
	}
	rep, err := makeAll(ctx, thumbnailOf, jobs(in, out, c.size, names), c.mapper, w)
	if err != nil {
		if c.out == "" {
			_ = os.Remove(out) // the options were refused, and nothing was written
		}
		return err
	}
	index, err := rep.write(out, in)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%stook %v\n%s\n", rep, rep.took.Round(time.Millisecond), index)
	if rep.stopped != nil {
		return fmt.Errorf("stopped after %d of %d images: %w", rep.settled(), rep.images, rep.stopped)
	}
	return nil
}

// makeAll makes the thumbnails. Everything this example is about is in its few lines.
func makeAll(ctx context.Context, fn function, jobs []job, opts mapper.Options, w io.Writer) (*report, error) {
	began := time.Now()
	run, err := mapper.Start(ctx, fn, slices.Values(jobs), opts)
	if err != nil {
		return nil, err
	}
	rep := &report{images: len(jobs)}
	for r := range run.All() {
		switch {
		case r.Err == nil:
			rep.Thumbnails = append(rep.Thumbnails, r.Value)
		case ctx.Err() != nil && errors.Is(r.Err, context.Cause(ctx)):
			// Not a failure of this image: it was not done when we were interrupted.
		default:
			rep.Failures = append(rep.Failures, failure{Name: r.Input.Name, Reason: reason(r.Err)})
			fmt.Fprintf(w, "failed: %s: %s\n", r.Input.Name, reason(r.Err))
		}
	}
	rep.stopped = run.Wait() // nil unless it ended early: interrupted, or cut off by crashes
	rep.took = time.Since(began)
	return rep, nil
}

// reason is an error in words that are the same for every file it happens to, so that
// failures can be counted by them.
func reason(err error) string {
	switch e, crashed := errors.AsType[*supervisor.CrashError](err); {
	case crashed && e.Panic != nil:
		return fmt.Sprintf("the decoder panicked: %v", e.Panic)
	case crashed && e.Kind != "":
		return "the decoder took its process down: " + e.Kind
	}
	return err.Error()
}

// report is what came of a run.
type report struct {
	Thumbnails []thumbnail
	Failures   []failure
	images     int
	took       time.Duration
	stopped    error
}

type failure struct{ Name, Reason string }

func (r *report) settled() int { return len(r.Thumbnails) + len(r.Failures) }

// String is the summary, failures grouped by reason.
func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d images, %d thumbnails, %d failed\n", r.images, len(r.Thumbnails), len(r.Failures))
	count := map[string]int{}
	for _, f := range r.Failures {
		count[f.Reason]++
	}
	mostFirst := func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) }
	for _, why := range slices.SortedFunc(maps.Keys(count), mostFirst) {
		fmt.Fprintf(&b, "  %d × %s\n", count[why], why)
	}
	return b.String()
}

// inputDir is the directory to read, checked.
func inputDir(ctx context.Context, dir string) (string, error) {
	if dir == "" {
		goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return "", fmt.Errorf("cannot find Go's own test images, name a directory with -in: go env GOROOT: %w", err)
		}
		dir = filepath.Join(strings.TrimSpace(string(goroot)), "src", "image")
	}
	switch info, err := os.Stat(dir); {
	case err != nil:
		return "", fmt.Errorf("input directory: %w", err)
	case !info.IsDir():
		return "", fmt.Errorf("input directory: %s is not a directory", dir)
	}
	return dir, nil
}

// outputDir is the directory to write to, which exists afterwards.
func outputDir(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "thumbnails-")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// find returns the names of all images, slash-separated and relative to fsys. It looks
// at the extension alone: whether there is an image inside is for the decoder to say.
// It stays out of skip, where the thumbnails of an earlier run may be.
func find(fsys fs.FS, skip string, w io.Writer) ([]string, error) {
	skipped, _ := os.Stat(skip)
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil: // one unreadable folder among many
			fmt.Fprintf(w, "skipped: %v\n", err)
			return fs.SkipDir
		case d.IsDir():
			if info, err := d.Info(); err == nil && skipped != nil && os.SameFile(info, skipped) {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && isImage(name):
			names = append(names, name)
		}
		return nil
	})
	return names, err
}

func isImage(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif":
		return true
	}
	return false
}
