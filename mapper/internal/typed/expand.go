package typed

import (
	"context"
	"iter"

	"github.com/longshore-go/longshore/mapper/internal/attempt"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/engine"
	"github.com/longshore-go/longshore/mapper/internal/intake"
)

// Expand is the user's function of one input that may add further ones.
type Expand[In, Out any] struct {
	Fn     func(ctx context.Context, in In, add func(...In)) (Out, error)
	Unique func(In) string // nil: all are new
}

// Loop implements [engine.Executor], as [Call] does.
func (c *Expand[In, Out]) Loop(l *engine.Loop, ch *chunk.Chunk) {
	p, call, g := Of[In, Out](ch), c.Fn, c.growth(ch)
	in, out, over, look, contexts, add := p.In, p.Out, l.Over, l.Look, l.Contexts, g.adder
	for {
		i, end := chunk.Next[In](l.Span, l.Lease)
		if i >= end {
			return
		}
		for end = min(end, i+l.Lease); i < end; i++ {
			if over.Load() || look.Load() {
				if contexts = l.Heed(ch, i); contexts == nil {
					return
				}
			}
			from := len(g.buf)
			v, err := call(attempt.Enter[In](contexts, i), in[i], add)
			if err == nil {
				out[i] = v
				g.keep(i, from)
			} else if g.drop(from); !l.Failed(ch, i, err) {
				return
			}
		}
	}
}

// LoopTimed implements [engine.Executor].
func (c *Expand[In, Out]) LoopTimed(l *engine.Loop, ch *chunk.Chunk) {
	p, call, g := Of[In, Out](ch), c.Fn, c.growth(ch)
	for {
		ctx, i, ok := l.BeginTimed(ch)
		if !ok {
			return
		}
		from := len(g.buf)
		v, err := call(ctx, p.In[i], g.adder)
		if err != nil {
			g.drop(from)
		} else {
			g.keep(i, from) // before anybody may take it as finished
		}
		value, more := l.EndTimed(ch, i, err)
		if value {
			p.Out[i] = v
		}
		if !more {
			return
		}
	}
}

// growth is what the attempts of a chunk add, by the position of their input. As with values, a position is
// written before the next is begun, and read after that.
type growth[In any] struct {
	added [][]In
	keys  [][]string // where identities are asked for
	adder func(...In)

	unique   func(In) string
	addedBuf [][]In
	keysBuf  [][]string
	buf      []In // what added has parts of
	keyBuf   []string
}

// NewExpanding makes a chunk for such a function. It has identities where unique is given.
func NewExpanding[In, Out any](unique func(In) string) *chunk.Chunk {
	c := New[In, Out]()
	g := &growth[In]{unique: unique}
	g.adder = g.add
	Of[In, Out](c).growth = g
	return c
}

// growth makes room for what the attempts of a chunk add.
func (c *Expand[In, Out]) growth(ch *chunk.Chunk) *growth[In] {
	g := Of[In, Out](ch).growth
	g.unique = c.Unique
	g.room(ch.N)
	return g
}

// room is room for what the attempts of so many inputs add.
func (g *growth[In]) room(n int) {
	if cap(g.addedBuf) < n {
		g.addedBuf = make([][]In, n)
	}
	g.added = g.addedBuf[:n]
	if g.unique == nil {
		return
	}
	if cap(g.keysBuf) < n {
		g.keysBuf = make([][]string, n)
	}
	g.keys = g.keysBuf[:n]
}

// add is what the user's function calls. Identities are asked for here: it is his code, and what it does is
// the attempt's.
func (g *growth[In]) add(in ...In) {
	if g.unique != nil {
		for _, v := range in {
			g.keyBuf = append(g.keyBuf, g.unique(v))
		}
	}
	g.buf = append(g.buf, in...)
}

// keep has what was added since then be that of the attempt at position i.
func (g *growth[In]) keep(i, from int) {
	to := len(g.buf)
	if from == to {
		return
	}
	g.added[i] = g.buf[from:to:to]
	if g.unique != nil {
		g.keys[i] = g.keyBuf[from:to:to]
	}
}

// drop forgets it.
func (g *growth[In]) drop(from int) {
	clear(g.buf[from:])
	g.buf = g.buf[:from]
	if g.unique != nil {
		g.keyBuf = g.keyBuf[:from]
	}
}

// move takes what positions lo to hi of another have added.
func (g *growth[In]) move(from *growth[In], lo, hi int) {
	g.added = append(g.addedBuf[:0], from.added[lo:hi]...)
	g.addedBuf = g.added
	clear(from.added[lo:hi])
	if len(from.keys) > 0 {
		g.keys = append(g.keysBuf[:0], from.keys[lo:hi]...)
		g.keysBuf = g.keys
		clear(from.keys[lo:hi])
	}
}

func (g *growth[In]) trim(lo, hi int) {
	if len(g.added) > 0 {
		g.added = g.added[lo:hi]
	}
	if len(g.keys) > 0 {
		g.keys = g.keys[lo:hi]
	}
}

func (g *growth[In]) clear() {
	clear(g.addedBuf[:cap(g.addedBuf)])
	clear(g.keysBuf[:cap(g.keysBuf)])
	clear(g.buf)
	clear(g.keyBuf)
	g.added, g.keys, g.buf, g.keyBuf = nil, nil, g.buf[:0], g.keyBuf[:0]
}

// Frontier is the typed half of the inputs that wait in a run of such a function. With identities, their map is under the
// lock of the other half.
type Frontier[In, Out any] struct {
	unique func(In) string
	known  map[string]struct{}
}

// NewFrontier makes one, in which nothing is known.
func NewFrontier[In, Out any](unique func(In) string) *Frontier[In, Out] {
	f := &Frontier[In, Out]{unique: unique}
	if unique != nil {
		f.known = map[string]struct{}{}
	}
	return f
}

// span is inputs of a frontier.
type span[In, Out any] struct {
	in   []In
	keys []string
}

// Len implements [intake.Span].
func (s *span[In, Out]) Len() int { return len(s.in) }

// Bind implements [intake.Span]. Chunks share what never changes any more.
func (s *span[In, Out]) Bind(ch *chunk.Chunk, lo, hi int) { Of[In, Out](ch).In = s.in[lo:hi:hi] }

// Gather implements [intake.Added].
func (f *Frontier[In, Out]) Gather(ch *chunk.Chunk) intake.Span {
	g, n := Of[In, Out](ch).growth, 0
	for _, in := range g.added {
		n += len(in)
	}
	if n == 0 {
		return nil
	}
	s := &span[In, Out]{in: make([]In, 0, n)}
	for _, in := range g.added {
		s.in = append(s.in, in...)
	}
	for _, keys := range g.keys {
		s.keys = append(s.keys, keys...)
	}
	return s
}

// Settle implements [intake.Added].
func (f *Frontier[In, Out]) Settle(of intake.Span) (dropped int) {
	if f.unique == nil {
		return 0
	}
	s := of.(*span[In, Out])
	fresh := 0
	for i, key := range s.keys {
		if _, known := f.known[key]; known {
			continue
		}
		f.known[key] = struct{}{}
		s.in[fresh] = s.in[i]
		fresh++
	}
	dropped = len(s.in) - fresh
	clear(s.in[fresh:])
	s.in, s.keys = s.in[:fresh], nil
	return dropped
}

// Take has the seeds come from a slice, on the caller's goroutine.
func (f *Frontier[In, Out]) Take(to *intake.Frontier, in []In) {
	s := &span[In, Out]{in: in}
	if f.unique != nil {
		for _, v := range in {
			s.keys = append(s.keys, f.unique(v))
		}
	}
	to.Seed(s)
	to.Whole()
}

// Pull feeds a frontier from an iterator over its seeds. It is the puller's goroutine.
func (f *Frontier[In, Out]) Pull(to *intake.Frontier, inputs iter.Seq[In], ended func(*intake.Panicked)) {
	to.Pull(func() bool {
		for v := range inputs {
			var keys []string
			if f.unique != nil {
				keys = []string{f.unique(v)}
			}
			if !to.Pushed(&span[In, Out]{in: []In{v}, keys: keys}) {
				return false
			}
		}
		return true
	}, ended)
}

// Know implements [intake.Added]. A seed that is known is executed all the same.
func (f *Frontier[In, Out]) Know(of intake.Span) {
	for _, key := range of.(*span[In, Out]).keys {
		f.known[key] = struct{}{}
	}
}
