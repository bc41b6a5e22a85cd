//go:build unix && !linux

package process

import "os"

// sharedFile is a file without a name: where there is no memfd, the file system is the
// way to memory that two processes share.
func sharedFile() (*os.File, error) {
	file, err := os.CreateTemp("", "longshore-page-")
	if err != nil {
		return nil, err
	}
	return file, os.Remove(file.Name())
}
