package attempt

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// turns is how many contexts take turns: more than inputs are ever begun at a time, so that each of
// those has its own, and one that is looked at late is not at once another attempt's.
const turns = 8

// Owner is the worker whose attempts they are of. Its methods are safe for concurrent use.
type Owner interface {
	// Attempt says what executes at a position of what is in hand.
	Attempt(position int) (supervisor.Attempt, bool)
	// Asked says that somebody holds on to the context of what executes: when that returns, others are
	// to be made.
	Asked()
	// Deadline is that of what executes.
	Deadline() (time.Time, bool)
	// Retire has the container end after what it executes.
	Retire()
	// Pause stops the clock of what executes, and Resume has it go on.
	Pause()
	Resume()
}

// Span is how far the worker has come with what is in hand: so many positions are begun, and it ends
// at end.
type Span interface{ Get() (begun, end int) }

// Contexts are the contexts of a worker's attempts, with one parent. Only the worker's goroutine
// calls Begin, Enter, Position and Next; the rest is safe for concurrent use.
type Contexts struct {
	owner    Owner
	span     Span
	parent   context.Context
	hub      *Hub  // of the parent; nil: it has none
	late     error // the cause after which Err is DeadlineExceeded; nil: no attempt has a timeout
	all      [turns]attemptContext
	base     uint // whose turn it is at position 0
	position int  // of the attempt begun last

	hand  atomic.Uint32 // see place
	asked atomic.Bool   // somebody wants to know the end of what executes: there is done
	ended atomic.Pointer[end]

	mu    sync.Mutex // guards changes of what is above, and
	done  chan struct{}
	turn  uint8 // of the attempt that executed when somebody asked, or it ended
	after []*func()
	link  *link
}

// New makes contexts that descend from parent, for what span says is begun. After a
// cancellation with the cause late, Err is DeadlineExceeded. A hub, if it is not nil, is the parent's.
func New(parent context.Context, hub *Hub, owner Owner, span Span, late error) *Contexts {
	c := &Contexts{owner: owner, span: span, parent: parent, hub: hub, late: late}
	for i := range c.all {
		c.all[i] = attemptContext{c, uint8(i)}
	}
	return c
}

// Enter begins the attempt at a position of what is in hand, and returns its context. It is generic
// for the compiler, which inlines only that into loops that are compiled where they are instantiated.
func Enter[In any](c *Contexts, position int) context.Context {
	c.position = position
	return &c.all[(c.base+uint(position))%turns]
}

// Position is that of the attempt begun last.
func (c *Contexts) Position() int { return c.position }

// Used reports that no further attempt may have them: somebody holds on to one.
func (c *Contexts) Used() bool { return c.asked.Load() || c.ended.Load() != nil }

// Begin says that something is in hand, of which so many positions are begun at a time. It
// reports false if that takes other contexts.
func (c *Contexts) Begin(lease int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Used() {
		return false
	}
	base, _ := c.place()
	c.base = uint(base)
	c.put(base, lease)
	return true
}

// Next returns others for the attempts that follow, of what is in hand. Those before have returned.
func (c *Contexts) Next() *Contexts {
	next := New(c.parent, c.hub, c.owner, c.span, c.late)
	next.base, next.position = c.base, c.position
	next.hand.Store(c.hand.Load())
	c.Rest() // before: nobody joins what has ended
	next.link = c.passLink(next)
	return next
}

// Rest says that nothing is in hand any more: what executed has returned.
func (c *Contexts) Rest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	base, _ := c.place()
	_, to := c.executing()
	c.put(base+to, 0)
	if c.asked.Load() {
		c.finish(returned)
	}
}

// Cancel ends the contexts of what executes.
func (c *Contexts) Cancel(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.Used() {
		c.turn = c.latest()
		c.owner.Asked()
	}
	c.finish(because(cause, c.late))
}

// executing is the positions of what may execute: those begun last.
func (c *Contexts) executing() (from, to int) {
	_, lease := c.place()
	begun, end := c.span.Get()
	return max(begun-lease, 0), min(begun, end)
}

// place is whose turn it is at position 0 of what is in hand, and how many positions are begun at
// a time: none where nothing is in hand.
func (c *Contexts) place() (base, lease int) {
	hand := c.hand.Load()
	return int(hand % turns), int(hand / turns)
}

func (c *Contexts) put(base, lease int) {
	c.hand.Store(uint32(min(lease, turns))*turns + uint32(base)%turns)
}

// latest is whose turn it is: of the attempt begun last.
func (c *Contexts) latest() (turn uint8) {
	base, _ := c.place()
	_, to := c.executing()
	return uint8(uint(base+to-1) % turns)
}
