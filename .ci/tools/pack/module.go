package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// A module is a folder with a go.mod.
type module struct {
	folder string
	file   *modfile.File
	text   []byte // of the go.mod
}

func (m module) path() string { return m.file.Module.Mod.Path }

func readModules(folders []string) ([]module, error) {
	modules := make([]module, len(folders))
	for i, folder := range folders {
		name := filepath.Join(folder, "go.mod")
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := modfile.Parse(name, text, nil)
		if err != nil {
			return nil, err
		}
		if file.Module == nil {
			return nil, fmt.Errorf("%s names no module", name)
		}
		modules[i] = module{folder, file, text}
	}
	return modules, nil
}

// agree checks that the modules require each other in that version.
func agree(modules []module, version string) error {
	ours := make(map[string]bool, len(modules))
	for _, m := range modules {
		ours[m.path()] = true
	}
	for _, m := range modules {
		for _, r := range m.file.Require {
			if ours[r.Mod.Path] && r.Mod.Version != version {
				return fmt.Errorf("%s requires %s, want %s", m.path(), r.Mod, version)
			}
		}
	}
	return nil
}
