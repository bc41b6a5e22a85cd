//go:build !unix || solaris || aix

package cluster

import (
	"errors"
	"os"
)

// lockFile is not there: two servers would destroy each other's journals.
func lockFile(*os.File) error { return errors.ErrUnsupported }
