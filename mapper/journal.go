package mapper

import (
	"context"

	"github.com/longshore-go/longshore/mapper/internal/durable"
)

// Journal is what outlives the process of a run: package mapper/journal has it in a file. It
// serves one run at a time. It is made by packages of this project alone, so what they and the
// mapper say to each other may change.
type Journal interface {
	// Begin opens the journal for a run, or says why it is not for that one.
	Begin(ctx context.Context, about durable.About) (durable.Log, error)
}
