package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

//go:embed peers.py
var python string

// printPeers measures those of others that are installed.
func printPeers(ctx context.Context, out, progress io.Writer, scale float64) error {
	if path, err := exec.LookPath("python3"); err == nil {
		cmd := exec.CommandContext(ctx, path, "-", fmt.Sprint(scale))
		cmd.Stdin, cmd.Stderr = strings.NewReader(python), progress
		printed, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("python3: %w", err)
		}
		for line := range strings.Lines(string(printed)) {
			name, us, _ := strings.Cut(strings.TrimSpace(line), "\t")
			fmt.Fprintf(out, "| %s, no-op, 16 bytes, 2 workers: an input | %sµs | – |\n", name, us)
		}
	}
	if path, err := exec.LookPath("parallel"); err == nil {
		n := max(int(1000*scale), 10)
		cmd := exec.CommandContext(ctx, path, "-j2", "true")
		cmd.Stdin, cmd.Stderr = bytes.NewReader(bytes.Repeat([]byte("x\n"), n)), progress
		began := time.Now()
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("parallel: %w", err)
		}
		fmt.Fprintf(out, "| GNU parallel -j2 true: an input | %v | – |\n", (time.Since(began) / time.Duration(n)).Round(time.Microsecond))
	}
	return nil
}
