package history

import (
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// Journal is what a run has of its journal.
type Journal struct {
	Opened     string        `json:"opened"` // in a sentence: what it had at the start, or why it had nothing
	Restored   int           `json:"restored"`
	Recorded   int           `json:"recorded"`
	Unrecorded int           `json:"unrecorded"`
	Lag        time.Duration `json:"lag_ns"`
	Damaged    int           `json:"damaged"`
	Deaths     int           `json:"deaths"`
	Suspected  int           `json:"suspected"`
	Convicted  int           `json:"convicted"`
}

// journalOf is nil for a run that has none.
func journalOf(there bool, opened string, c mapper.Counts) *Journal {
	if !there {
		return nil
	}
	j := c.Journaled
	return &Journal{
		Opened: opened, Restored: j.Restored, Recorded: j.Recorded, Unrecorded: j.Unrecorded, Lag: j.Lag, Damaged: j.Damaged,
		Deaths: j.Deaths, Suspected: j.Suspected, Convicted: j.Convicted,
	}
}

// open takes in what is said of the journal at the start.
func (r *record) open(said string) {
	said = clip(said, openedLength)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened = said
	r.version.Add(1)
}

// openedLength is enough for a path, and what is said of it.
const openedLength = 1000
