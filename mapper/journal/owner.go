package journal

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"
)

// owner is the process that has a journal open: who holds the lock on PATH-run, which the kernel
// frees with the process. In the file stands who that is, until it closes the journal.
type owner struct {
	file *os.File
	marks
	last   *identity // whoever has left the file without closing the journal; nil for nobody
	opened time.Time
}

// identity is what stands in the file.
type identity struct {
	PID    int       `json:"pid"`
	Host   string    `json:"host"`
	Since  time.Time `json:"since"`
	Opened int64     `json:"opened"` // the same in Unix milliseconds, as marks have it
	Boot   string    `json:"boot"`   // of the machine; empty where that is unknown
	Life   string    `json:"life"`   // another one each time
}

// identityLength is how much of the file is for that. Behind it are the marks.
const identityLength = 64 << 10

// A process that was forked has the lock, too, until it executes its program. So the lock of an owner that is gone
// is asked for some times more.
const (
	forkedTries = 100
	forkedPause = 10 * time.Millisecond
)

// lock makes this process the owner of the journal at path.
func lock(path string) (*owner, error) {
	for try := 0; ; try++ {
		f, err := os.OpenFile(path+"-run", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		switch err := lockFile(f); {
		case errors.Is(err, errLocked):
			locked := lockedBy(path, read(f))
			_ = f.Close()
			if locked.Gone && try < forkedTries {
				time.Sleep(forkedPause)
				continue
			}
			return nil, locked
		case err != nil:
			_ = f.Close()
			return nil, err
		}
		if isAt(f, path+"-run") {
			return &owner{file: f, last: read(f)}, nil
		}
		_ = f.Close() // its last owner has removed it meanwhile
	}
}

func lockedBy(path string, id *identity) *LockedError {
	e := &LockedError{Path: path}
	if id != nil {
		host, _ := os.Hostname()
		e.PID, e.Host, e.Since = id.PID, id.Host, id.Since
		e.Gone = id.Host == host && id.Boot == bootID() && isGone(id.PID)
	}
	return e
}

// isAt reports that the file is the one at path.
func isAt(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(mine, there)
}

// read is who stands in the file.
func read(f *os.File) *identity {
	var id identity
	if json.NewDecoder(io.NewSectionReader(f, 0, identityLength)).Decode(&id) != nil {
		return nil
	}
	return &id
}

// enter writes this process into the file.
func (o *owner) enter() error {
	host, _ := os.Hostname()
	o.opened = time.Now()
	text, err := json.Marshal(identity{
		PID: os.Getpid(), Host: host, Since: o.opened.Truncate(time.Second), Opened: o.opened.UnixMilli(), Boot: bootID(), Life: rand.Text(),
	})
	if err != nil {
		return err
	}
	if err := o.file.Truncate(0); err != nil {
		return err
	}
	_, err = o.file.WriteAt(append(text, '\n'), 0)
	return err
}

// leave gives the lock back, and leaves what its last owner has left.
func (o *owner) leave() {
	if o.last == nil {
		o.end()
		return
	}
	unlockFile(o.file)
	_ = o.file.Close()
}

// end is the end of all that: nobody has died. The file goes while it is locked, so that no two
// processes ever hold locks on two of them.
func (o *owner) end() {
	_ = os.Remove(o.file.Name())
	o.close()
	unlockFile(o.file)
	_ = o.file.Close()
}
