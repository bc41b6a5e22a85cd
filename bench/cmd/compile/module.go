package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A module is where the programs are built, beside the checkout that they use. Its
// requirements are those of that checkout's bench module, which has the peers' too.
type module struct{ dir string }

func newModule(ctx context.Context, root string) (*module, error) {
	bench, err := filepath.Abs(filepath.Join(root, "bench"))
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "longshore-compile-")
	if err != nil {
		return nil, err
	}
	m := &module{dir}
	if err := m.fill(ctx, bench); err != nil {
		m.remove()
		return nil, err
	}
	return m, nil
}

func (m *module) remove() { _ = os.RemoveAll(m.dir) }

// fill copies the module file of bench, with a name of its own and replacements that hold
// from any folder.
func (m *module) fill(ctx context.Context, bench string) error {
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(bench, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(m.dir, name), data, 0o644); err != nil {
			return err
		}
	}
	printed, err := m.goTool(ctx, "mod", "edit", "-json").Output()
	if err != nil {
		return err
	}
	var file struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(printed, &file); err != nil {
		return err
	}
	edit := []string{"mod", "edit", "-module=programs"}
	for _, r := range file.Replace {
		if r.New.Version == "" && !filepath.IsAbs(r.New.Path) {
			edit = append(edit, "-replace="+r.Old.Path+"="+filepath.Join(bench, r.New.Path))
		}
	}
	return m.goTool(ctx, edit...).Run()
}

// goTool makes a go command that nothing of its caller's surroundings changes.
func (m *module) goTool(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod -buildvcs=false")
	return cmd
}

// A cost is what one build took, and what it left.
type cost struct {
	CPU   time.Duration // of the go command, the compiler and the linker
	Wall  time.Duration
	Bytes int64
}

// build writes p and builds it, as a user does: no flags. It is warm if p was built before
// with another salt.
func (m *module) build(ctx context.Context, p program, salt int) (cost, error) {
	text, err := p.source(salt)
	if err != nil {
		return cost{}, err
	}
	name := strings.ReplaceAll(p.String(), "/", "-")
	if err := os.MkdirAll(filepath.Join(m.dir, name), 0o755); err != nil {
		return cost{}, err
	}
	if err := os.WriteFile(filepath.Join(m.dir, name, "main.go"), []byte(text), 0o644); err != nil {
		return cost{}, err
	}
	binary := filepath.Join(m.dir, "binary")
	cmd := m.goTool(ctx, "build", "-o", binary, "./"+name)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("go build: %w\n%s", err, stderr.String())
	}
	wall := time.Since(start)
	info, err := os.Stat(binary)
	if err != nil {
		return cost{}, err
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return cost{cpu, wall, info.Size()}, nil
}
