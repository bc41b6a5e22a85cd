package journal

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// How a journal comes into being: under another name, and whole. So a file at its path is either
// a journal or none of ours.

// magic is how SQLite's files begin. Where in the header the rest stands is a part of its format.
const (
	magic         = "SQLite format 3\x00"
	headerLength  = 100
	versionOffset = 60 // of user_version
	idOffset      = 68 // of application_id
)

// examine looks at the file without changing it, and says of what format it is, 0 if there is none yet.
func examine(path string) (have int, err error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	}
	defer f.Close()
	header := make([]byte, headerLength)
	switch n, err := io.ReadFull(f, header); {
	case n == 0:
		return 0, nil // somebody has made the file, for its permissions perhaps
	case n < len(magic) || string(header[:len(magic)]) != magic:
		return 0, &FormatError{Path: path, Known: format}
	case err != nil:
		return 0, &CorruptError{Path: path, Err: io.ErrUnexpectedEOF}
	}
	if binary.BigEndian.Uint32(header[idOffset:]) != applicationID {
		return 0, &FormatError{Path: path, Known: format}
	}
	have = int(int32(binary.BigEndian.Uint32(header[versionOffset:])))
	if have < 1 || have > format {
		return 0, &FormatError{Path: path, Format: have, Known: format}
	}
	return have, nil
}

// makeNew makes an empty journal at path.
func makeNew(path string) error {
	building := path + "-new"
	for _, left := range []string{building, building + "-journal", building + "-wal", building + "-shm", path + "-wal", path + "-shm"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f, err := os.OpenFile(building, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := build(building); err != nil {
		_ = os.Remove(building)
		return err
	}
	if err := os.Rename(building, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func build(path string) error {
	d, err := openDatabase(path, readWrite, "synchronous(full)")
	if err != nil {
		return err
	}
	err = d.exec("BEGIN")
	if err == nil {
		err = d.create()
	}
	if err == nil {
		err = d.exec("COMMIT")
	}
	if err == nil {
		err = d.exec("PRAGMA journal_mode = wal")
	}
	return errors.Join(err, d.Close())
}
