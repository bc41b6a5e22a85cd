package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	modversion "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// publish writes the files of one version that the go command asks a proxy for
// (go.dev/ref/mod#goproxy-protocol). The version must be the module's first in there.
func publish(proxy string, m module, version string) error {
	path, err := modversion.EscapePath(m.path())
	if err != nil {
		return err
	}
	versions := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(versions, 0o777); err != nil {
		return err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{version, time.Now().UTC()})
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		"list":            []byte(version + "\n"),
		version + ".info": info,
		version + ".mod":  m.text,
	} {
		if err := os.WriteFile(filepath.Join(versions, name), text, 0o666); err != nil {
			return err
		}
	}
	return writeZip(filepath.Join(versions, version+".zip"), modversion.Version{Path: m.path(), Version: version}, m.folder)
}

func writeZip(name string, m modversion.Version, folder string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := zip.CreateFromDir(file, m, folder); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
