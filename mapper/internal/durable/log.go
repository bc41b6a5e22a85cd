package durable

import (
	"errors"

	"github.com/longshore-go/longshore/internal/logbook"
)

// What journals know, too: those of other modules may not import this package.
type (
	About     = logbook.About
	Log       = logbook.Log
	Entry     = logbook.Entry
	Suspicion = logbook.Suspicion
	Crashes   = logbook.Crashes
	Fate      = logbook.Fate
	Past      = logbook.Past
	Deaths    = logbook.Deaths
	Slot      = logbook.Slot
)

// unfit is why an input cannot be recorded, nil if that is not what err says.
func unfit(err error) error {
	if u, ok := errors.AsType[*logbook.Unfit](err); ok {
		return u.Err
	}
	return nil
}
