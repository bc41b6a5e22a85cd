//go:build !linux

package journal_test

import (
	"sync/atomic"
	"time"
)

var syncs, operations atomic.Int64

func otherDisk(time.Duration, int) {}
