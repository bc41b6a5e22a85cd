package gate

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// What there is to know of limits and of what waits for them. The types name one another, so they are declared
// together, below the files that use them.

// Limits says which inputs of a pool may begin beside those that execute: by their keys, and by their weights. It is one
// for all runs and calls of a function. What may not begin waits aside, see [Aside]. Its methods are safe for concurrent
// use, never block, and run no code of the user's.
type Limits struct {
	LimitsConfig

	mu     sync.Mutex
	keys   map[string]*Key
	most   int   // keys before it is looked which are in use
	used   int64 // of the capacity
	asides map[*Aside]struct{}
	dues   dues
}

// LimitsConfig is what limits have to know.
type LimitsConfig struct {
	Limit    Limit // of each key, where ForKey is nil
	ForKey   bool  // whoever brings an input knows the limit of its key
	Capacity int64 // what inputs under way may weigh together; 0: they have no weight
	Passes   int   // how many inputs may pass one that waits for room
	Wake     func()
	Delay    func(refusals int) time.Duration // of a throttle, where the other side names no time
	Opened   func(key string)
	Closed   func(key string, until time.Time, err error)
}

// Limit is that of one key.
type Limit struct {
	Concurrency int        // attempts under way; 0: any number
	Rate        rate.Limit // begins a second; 0: any number
	Burst       int
	InOrder     bool // an input begins when all before it are settled
}

// Pass is what an attempt has taken of the limits. The zero value is nothing.
type Pass struct {
	key    *Key
	weight int64
	// Trial is the throttle of its key whose probe it is; nil: it is none.
	Trial *Throttle
}

// Aside is the inputs of one run that are claimed and may not begin yet. They hold no container. A queue for each key has
// those that wait for it, and one list those that wait for room.
type Aside struct {
	l   *Limits
	run uint64

	looks   atomic.Bool // something may be able to begin
	blocked atomic.Bool // nothing fresh could begin

	// With the lock of the limits.
	queues map[*Key]*queue
	ready  queues
	heavy  []*entry // in the order in which they begin
	passed int      // inputs that have begun since the first of them waits
	roomy  bool     // there may be room for one of them
	held   int      // in queues
	begun  int      // of all, those that were begun before

	next, turn uint64 // of those that were claimed, in their order
	arrived    map[uint64]*entry
}

// Key is what is known of the inputs of one key, while it is in use.
type Key struct {
	limit    Limit
	under    int // attempts under way
	holder   holder
	limiter  *rate.Limiter // nil: no rate
	throttle *Throttle     // nil: nobody was refused

	waits   []*queue // of runs in which something waits for it
	refs    int      // inputs that are about to ask for it, or wait for room
	waiting bool     // among the dues, for
	due     time.Time
}

// holder is the input that a key in order is held by, until it is settled. The zero value is none: runs count from 1.
type holder struct {
	run   uint64
	input int
}

// entry is an input that waits: a chunk of one.
type entry struct {
	ch    *chunk.Chunk
	key   *Key // nil: none
	retry bool // it was begun before
	holds bool // its key is held by it
}

// queue is the inputs of one run that wait for one key.
type queue struct {
	a       *Aside
	key     *Key
	head    int // of entries
	entries []*entry
	ready   bool // they are worth a look
}

// queues is a heap by the first input of each.
type queues []*queue

// dues is the keys that wait for their rate, with one timer for the first of them. It has the lock of its limits.
type dues struct {
	fire  func()
	timer *time.Timer
	keys  byDue
}

// byDue is a heap.
type byDue []*Key
