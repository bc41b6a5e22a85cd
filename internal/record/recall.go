package record

import (
	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/mapper"
)

// Row is a row that was read.
type Row struct {
	State    int64
	Attempts int64
	Value    any  // what Valuer.Encode has returned, or what FailureOf has
	Whole    bool // it is as it was written
}

// Recaller says what has become of inputs.
type Recaller struct {
	Values     *Valuer
	Silent     bool // values are not recalled
	AtMostOnce bool
}

// Recall fills values with those of the rows, up to the first that is no plain success. It returns how many those were, and
// what has become of the first where it is none.
func (c Recaller) Recall(rows []Row, values any) (plain int, first logbook.Fate) {
	for _, r := range rows {
		fate := logbook.Fate{Again: true}
		switch {
		case r.Whole:
			fate = c.fate(r, values, plain)
		case c.AtMostOnce:
			fate = logbook.Fate{Attempts: 1, Err: mapper.ErrInterrupted} // it was begun, whatever has become of it
		}
		if fate.Again || fate.Err != nil || fate.Attempts != 1 {
			if plain == 0 {
				return 0, fate
			}
			break
		}
		plain++
	}
	return plain, logbook.Fate{Again: true}
}

// fate is what a row says of its input, whose value goes to position i.
func (c Recaller) fate(r Row, values any, i int) logbook.Fate {
	fate := logbook.Fate{Attempts: int(r.Attempts)}
	switch r.State {
	case Succeeded:
		fate.Again = !c.Silent && c.Values.Decode(r.Value, values, i) != nil
	case Failed:
		text, _ := r.Value.(string)
		if failure, err := Stored(text, fate.Attempts); err == nil {
			fate.Err = failure
		} else {
			fate.Again = true
		}
	case Begun:
		fate.Err = mapper.ErrInterrupted
	default:
		fate.Again = true
	}
	return fate
}
