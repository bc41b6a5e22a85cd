package chunk

// Sink is where finished chunks go.
type Sink interface {
	// Put hands over a finished chunk, from any goroutine. It reports whether the emitter
	// may be waiting for it.
	Put(c *Chunk) bool
}

// Queue is a sink that an emitter empties, in one of two orders. Only the emitter calls the
// methods besides Put.
type Queue interface {
	Sink
	// Pop returns the next chunk to deliver, nil when there is none yet.
	Pop() *Chunk
	// Waiting reports that Pop would return something.
	Waiting() bool
	// Skip gives up waiting for what Pop would return next and returns the next chunk
	// there is below index limit, nil when there is none.
	Skip(limit int) *Chunk
}
