package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A program is a whole file in a page, with what it prints.
type program struct {
	name   string // of its folder
	where  string
	output string
}

// build writes each page's snippets as packages of a module of their own, in one workspace with ours. It compiles all
// of it, runs the tests, and returns the programs that are to be run.
func build(root, temp string, pages []page) ([]program, error) {
	if err := workspace(root, temp); err != nil {
		return nil, err
	}
	var programs []program
	var failures []error
	for _, p := range pages {
		found, err := p.write(root, temp)
		programs, failures = append(programs, found...), append(failures, err)
	}
	if err := errors.Join(failures...); err != nil {
		return nil, err
	}
	steps := [][]string{{"vet", "./..."}, {"test", "-vet=off", "./..."}}
	if len(programs) > 0 {
		steps = append(steps, []string{"build", "-ldflags=-w", "-o", "bin/"})
		for _, p := range programs {
			steps[2] = append(steps[2], "./"+p.name)
		}
	}
	for _, args := range steps {
		if err := goCommand(temp, args...); err != nil {
			return nil, err
		}
	}
	return programs, nil
}

func goCommand(folder string, args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(folder, "go.work"))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// workspace adds a module to those of the tree, so that a snippet may import whatever one of them may.
func workspace(root, temp string) error {
	work, err := os.ReadFile(filepath.Join(root, "go.work"))
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.work.sum"))
	if err != nil {
		return err
	}
	var text strings.Builder
	for line := range strings.Lines(string(work)) {
		if folder, found := strings.CutPrefix(line, "\t."); found {
			line = fmt.Sprintf("\t%q\n", root+strings.TrimSpace(folder))
		}
		text.WriteString(line)
	}
	text.WriteString("\nuse .\n")
	return errors.Join(
		os.WriteFile(filepath.Join(temp, "go.work"), []byte(text.String()), 0o666),
		os.WriteFile(filepath.Join(temp, "go.work.sum"), sums, 0o666),
		os.WriteFile(filepath.Join(temp, "go.mod"), []byte("module example.org/snippets\n\ngo 1.26.0\n"), 0o666),
	)
}

// write writes the snippets of a page: whole files to folders of their own, all others to one package.
func (p page) write(root, temp string) (programs []program, err error) {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(p.name), ".md"))
	path := filepath.Join(root, filepath.FromSlash(p.name))
	var failures []error
	for i, b := range p.blocks {
		folder, file, text := base, fmt.Sprintf("line%d.go", b.line), ""
		switch b.kind {
		case output:
			continue
		case whole:
			folder = fmt.Sprintf("%s-line%d", base, b.line)
			if strings.Contains(b.text, "\nfunc Test") {
				file = "snippet_test.go"
			}
			if i+1 < len(p.blocks) && p.blocks[i+1].kind == output {
				programs = append(programs, program{folder, fmt.Sprintf("%s:%d", p.name, b.line), p.blocks[i+1].text})
			}
			text = fmt.Sprintf("//line %s:%d\n%s", path, b.line, b.text)
			if err = formatted(b); err != nil {
				err = fmt.Errorf("%s:%d: %w", p.name, b.line, err)
			}
		default:
			text, err = wrap(path, b)
		}
		if err == nil {
			err = errors.Join(os.MkdirAll(filepath.Join(temp, folder), 0o777),
				os.WriteFile(filepath.Join(temp, folder, file), []byte(text), 0o666))
		}
		failures = append(failures, err)
	}
	return programs, errors.Join(failures...)
}

// run runs a program in an empty folder and compares what it prints.
func (p program) run(temp string) error {
	folder, err := os.MkdirTemp(temp, "run")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(temp, "bin", p.name))
	cmd.Dir = folder
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s%s", p.where, err, stdout.Bytes(), stderr.Bytes())
	}
	if got := stdout.String(); got != p.output {
		return fmt.Errorf("%s: prints\n%s\nand not\n%s", p.where, got, p.output)
	}
	return nil
}
