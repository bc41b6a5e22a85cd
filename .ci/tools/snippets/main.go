// Snippets holds README.md and docs/*.md to what they say:
//
//	go run ./snippets ../..
//
// compiles every Go snippet in them, runs the programs whose output they show, compares it, and looks whether the
// files are there that they link to. CONTRIBUTING.md says how a snippet is marked.
//
//	go run ./snippets -paste folder ../..
//
// writes the first program of README.md to folder/main.go and its output to folder/output.txt.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

func main() {
	paste := flag.String("paste", "", "write README's first program and its output into this `folder`")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: snippets [-paste folder] root")
		os.Exit(2)
	}
	do := check
	if *paste != "" {
		do = func(root string) error { return pasteFirst(root, *paste) }
	}
	if err := do(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check does all of it, and goes on after an error of one kind, so that one run shows every one.
func check(root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	pages, err := readPages(root)
	if err != nil {
		return err
	}
	var failures []error
	for _, p := range pages {
		failures = append(failures, p.checkLinks(root), p.checkTables(root))
	}
	temp, err := os.MkdirTemp("", "snippets")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	programs, err := build(root, temp, pages)
	if err != nil {
		return errors.Join(append(failures, err)...)
	}
	ran := make([]error, len(programs))
	var running sync.WaitGroup
	for i, p := range programs { // at once: they mostly wait
		running.Go(func() { ran[i] = p.run(temp) })
	}
	running.Wait()
	fmt.Printf("%d pages, %d programs run\n", len(pages), len(programs))
	return errors.Join(append(failures, ran...)...)
}

// pasteFirst is what a reader does first.
func pasteFirst(root, folder string) error {
	readme, err := readPage(root, "README.md")
	if err != nil {
		return err
	}
	for i, b := range readme.blocks {
		if b.kind != whole {
			continue
		}
		if i+1 == len(readme.blocks) || readme.blocks[i+1].kind != output {
			return errors.New("README.md: the first program has no ```output after it")
		}
		return errors.Join(
			os.WriteFile(filepath.Join(folder, "main.go"), []byte(b.text), 0o666),
			os.WriteFile(filepath.Join(folder, "output.txt"), []byte(readme.blocks[i+1].text), 0o666),
		)
	}
	return errors.New("README.md has no program")
}
