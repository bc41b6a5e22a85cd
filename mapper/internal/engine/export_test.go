package engine

import (
	"time"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Tail is the inputs of a chunk from position lo to hi, as a chunk of their own.
func (r *Run) Tail(ch *chunk.Chunk, lo, hi int) *chunk.Chunk { return r.tail(ch, lo, hi) }

// Latencies is latencies, of which a quantile is asked.
type Latencies struct{ latencies }

func (l *Latencies) Add(took time.Duration)           { l.add(took) }
func (l *Latencies) Quantile(q float64) time.Duration { return l.quantile(q) }
