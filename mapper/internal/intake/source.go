package intake

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Source is where fresh inputs come from. Its methods are safe for concurrent use.
type Source interface {
	// Claim takes up to want consecutive inputs into ch, which is empty, and reports
	// whether there were any. A claim that is not eager may leave a few for later, when
	// more are sure to come.
	Claim(ch *chunk.Chunk, want int, eager bool) bool
	// ClaimAt takes one input into ch: the k-th of those that wait, and those before it into
	// skipped, or one of the source's own choice. It reports whether there was any.
	ClaimAt(skipped, ch *chunk.Chunk, k int) bool
	// Waiting is how many inputs could be claimed now.
	Waiting() int
	// Ended reports that there will be no inputs but those that wait.
	Ended() bool
	// Taken is the number of inputs claimed, or pulled from the caller's iterator.
	Taken() int
	// Total is the number of inputs once it is known, else math.MaxInt.
	Total() int
}

// Pulled is a source that a goroutine pulls for, from an iterator of the caller's.
type Pulled interface {
	Source
	// End says that nothing comes after what was pulled.
	End()
	// Room wakes the puller: there is room, or the run has ended.
	Room()
	// Join waits for the end of the puller, at most for grace.
	Join(grace time.Duration)
}

// Inputs is the typed half of a source: it puts inputs into chunks.
type Inputs interface {
	// Bind gives the chunk the n inputs from index lo on.
	Bind(ch *chunk.Chunk, lo, n int)
	// Peek is the inputs from lo to hi, as a slice, and leaves them where they are.
	Peek(lo, hi int) any
}
