package fleet

import (
	"context"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// Body is what the containers of a release start with.
type Body struct {
	Enter    func(context.Context) (Instance, error) // nil where instances have no state and all are alike
	Instance Instance                                // where Enter is nil
	Function any                                     // what its user wrote, by which a runtime knows it
	Size     int                                     // of a batch; 0 for a function of one input
	Wait     time.Duration                           // for a batch to fill
	Whole    bool                                    // a batch that fails is not split
}

// Batched reports that the body takes batches.
func (b *Body) Batched() bool { return b.Size > 0 }

// Instance is a body in one container: here, or somewhere else.
type Instance struct {
	Call   any // the typed half that calls the user's function, for the workers
	Remote supervisor.Instance
	Exit   func(context.Context) error // nil: nothing to do
}

// Release is a body that new containers start with: a redeploy makes another one.
type Release struct {
	Number int
	Body   Body
}
