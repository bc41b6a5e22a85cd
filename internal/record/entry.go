package record

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper/recorded"
)

// ErrDamaged is what is not as it was written: a row, or what several are in.
var ErrDamaged = errors.New("it is not as it was written")

// EntryOf is a row for people, of a journal with this manifest.
func EntryOf(place int64, key []byte, r Row, manifest map[string]string) (recorded.Entry, error) {
	e := recorded.Entry{Index: int(place)}
	if !r.Whole || len(key) != len(logbook.Key{}) {
		return e, ErrDamaged
	}
	e.Key, e.Attempts = fmt.Sprintf("%x", key), int(r.Attempts)
	text, isText := r.Value.(string)
	switch r.State {
	case Succeeded:
		e.State, e.Value = recorded.Succeeded, r.Value
		if isText && manifest[FieldForm] == JSON {
			e.Value = json.RawMessage(text)
		}
	case Failed:
		var err error
		e.State = recorded.Failed
		if e.Err, err = Stored(text, e.Attempts); err != nil {
			return e, err
		}
	case Begun:
		e.State = recorded.Begun
	}
	return e, nil
}
