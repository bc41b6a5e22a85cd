//go:build !linux

package journal_test

import (
	"sync/atomic"
	"time"
)

var syncs atomic.Int64

func slowSyncs(time.Duration) {}
