// Command memory measures what compare cannot: peak memory, how far a run
// reads ahead, and whether the cost of an input stays the same from a thousand
// to ten million inputs and from one to ten thousand containers.
//
// Each case runs in a child process of its own, since a process keeps its peak
// for good: the highest of all cases would stand in every line after it.
//
//	go run ./cmd/memory
//	go run ./cmd/memory -only 'sleepers' -scale 0.1
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "memory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	fs := flag.NewFlagSet("memory", flag.ContinueOnError)
	fs.SetOutput(progress)
	child := fs.String("child", "", "run this one `case` in this process and print its outcome (what memory starts itself with)")
	only := fs.String("only", "", "run only the cases form/implementation/size that match this `regexp`")
	factor := fs.Float64("scale", 1, "multiplies the numbers of inputs")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if *child != "" {
		c, err := parseCase(*child)
		if err != nil {
			return err
		}
		o, err := c.run(ctx)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(o)
	}
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	done := results{}
	for _, c := range cases(*factor) {
		if !pattern.MatchString(c.String()) {
			continue
		}
		fmt.Fprintln(progress, c)
		if done[c], err = inChild(ctx, c, progress); err != nil {
			return fmt.Errorf("%s: %w", c, err)
		}
	}
	_, err = io.WriteString(out, markdown(done))
	return err
}

// inChild runs c in a fresh process of this same program.
func inChild(ctx context.Context, c testCase, stderr io.Writer) (outcome, error) {
	self, err := os.Executable()
	if err != nil {
		return outcome{}, err
	}
	cmd := exec.CommandContext(ctx, self, "-child", c.String())
	cmd.Stderr = stderr
	printed, err := cmd.Output()
	if err != nil {
		return outcome{}, err
	}
	var o outcome
	return o, json.Unmarshal(printed, &o)
}
