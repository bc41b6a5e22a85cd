package journal_test

import (
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A disk of another kind, for a child: SQLite's own way to files, in which each sync takes longer, or the process is
// killed at one of its writes, syncs and truncations. All of the rest is as it is, and what is synced reaches the disk. The driver is C that became Go, so that the pointers to
// functions in its tables are pointers to Go's.

// syncs is how many there were, and operations how many of all.
var syncs, operations atomic.Int64

type (
	openFunc  = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	syncFunc  = func(tls *libc.TLS, file uintptr, flags int32) int32
	writeFunc = func(tls *libc.TLS, file, from uintptr, n int32, at int64) int32
	truncFunc = func(tls *libc.TLS, file uintptr, size int64) int32
)

// operate is one operation. The process dies in the one with that number.
func operate(killAt int) {
	if operations.Add(1) == int64(killAt) {
		signalSelf(os.Kill)
		select {}
	}
}

// otherDisk has every sync of this process take so much longer, and kills it at an operation; 0 for none.
func otherDisk(by time.Duration, killAt int) {
	tls := libc.NewTLS()
	vfs := sqlite3.Xsqlite3_vfs_find(tls, 0)
	slow := new(sqlite3.Tsqlite3_vfs)
	*slow = **(**sqlite3.Tsqlite3_vfs)(unsafe.Pointer(&vfs))
	open := *(*openFunc)(unsafe.Pointer(&struct{ uintptr }{slow.FxOpen}))
	var mu sync.Mutex
	patched := map[uintptr]*sqlite3.Tsqlite3_io_methods{} // by what they stand for
	var ours openFunc = func(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
		code := open(tls, vfs, name, file, flags, out)
		methods := &(*(**sqlite3.Tsqlite3_file)(unsafe.Pointer(&file))).FpMethods
		if code != sqlite3.SQLITE_OK || *methods == 0 {
			return code
		}
		mu.Lock()
		defer mu.Unlock()
		if patched[*methods] == nil {
			p := new(sqlite3.Tsqlite3_io_methods)
			*p = **(**sqlite3.Tsqlite3_io_methods)(unsafe.Pointer(methods))
			do := *(*syncFunc)(unsafe.Pointer(&struct{ uintptr }{p.FxSync}))
			write := *(*writeFunc)(unsafe.Pointer(&struct{ uintptr }{p.FxWrite}))
			truncate := *(*truncFunc)(unsafe.Pointer(&struct{ uintptr }{p.FxTruncate}))
			var writes writeFunc = func(tls *libc.TLS, file, from uintptr, n int32, at int64) int32 {
				operate(killAt)
				return write(tls, file, from, n, at)
			}
			var truncates truncFunc = func(tls *libc.TLS, file uintptr, size int64) int32 {
				operate(killAt)
				return truncate(tls, file, size)
			}
			p.FxWrite, p.FxTruncate = pointerTo(writes), pointerTo(truncates)
			var longer syncFunc = func(tls *libc.TLS, file uintptr, flags int32) int32 {
				operate(killAt)
				syncs.Add(1)
				time.Sleep(by)
				return do(tls, file, flags)
			}
			p.FxSync = pointerTo(longer)
			patched[*methods] = p
		}
		*methods = uintptr(unsafe.Pointer(patched[*methods]))
		return code
	}
	slow.FxOpen = pointerTo(ours)
	slowOnes = append(slowOnes, slow, ours, patched)
	if sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(slow)), 1) != sqlite3.SQLITE_OK {
		panic("the slow file system is not taken")
	}
}

// slowOnes is what only the driver refers to, in a way that the collector does not see.
var slowOnes []any

func pointerTo[F any](f F) uintptr {
	slowOnes = append(slowOnes, f)
	return *(*uintptr)(unsafe.Pointer(&f))
}
