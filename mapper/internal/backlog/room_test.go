package backlog_test

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
	"github.com/longshore-go/longshore/mapper/internal/chunk"
	"github.com/longshore-go/longshore/mapper/internal/intake"
	"github.com/longshore-go/longshore/mapper/internal/typed"
)

// room is a backlog and what it needs of a run. It is used in a bubble, whose time is the run's.
type room struct {
	backlog.Backlog
	control backlog.Control
	free    chunk.FreeList
	window  intake.Window
	source  *intake.Slice
	epoch   time.Time

	mu    sync.Mutex
	woken []int // lineages
}

// newRoom has so many fresh inputs in its source, each its own index.
func newRoom(total int, change ...func(*backlog.Config)) *room {
	r := &room{epoch: time.Now(), window: intake.Window{Size: math.MaxInt}}
	r.free.New = typed.New[int, int]
	inputs := &typed.Slice[int, int]{}
	for i := range total {
		inputs.In = append(inputs.In, i)
	}
	r.source = intake.NewSlice(inputs, total, &r.window, 1)
	cfg := backlog.Config{
		Now: r.now, Source: func() intake.Source { return r.source },
		Free: &r.free, Split: r.split, Control: &r.control, Quota: 1,
		Wake: func(lineage int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.woken = append(r.woken, lineage)
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	r.Init(cfg)
	return r
}

func (r *room) now() time.Duration { return time.Since(r.epoch) }

// wakes returns who was woken since it was last asked.
func (r *room) wakes() (lineages []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	lineages, r.woken = r.woken, nil
	return lineages
}

func (r *room) split(ch *chunk.Chunk, n int) *chunk.Chunk {
	rest := r.free.Get()
	rest.Lo, rest.N = ch.Lo+n, ch.N-n
	rest.Payload.Share(ch.Payload, n, ch.N)
	ch.N = n
	return rest
}

// claim takes n inputs from the source.
func (r *room) claim(n int) *chunk.Chunk {
	ch := r.free.Get()
	r.source.Claim(ch, n, true)
	return ch
}

// crash has an input crash in the lineage, and wait for its turn. A millisecond passes.
func (r *room) crash(t *chunk.Task, lineage int) *chunk.Task {
	time.Sleep(time.Millisecond)
	if !r.Crash(t, backlog.Crash{Lineage: lineage, Certain: true}) {
		r.Rerun(t)
	}
	return t
}

// crashNext has the next input of the source crash.
func (r *room) crashNext(lineage int) *chunk.Task { return r.crash(r.claim(1).TaskOf(0), lineage) }

// works has something finish that is begun now.
func (r *room) works() { r.control.Finished(r.now()) }

// retryNext has the next input of the source wait for a retry, for so long.
func (r *room) retryNext(d time.Duration) *chunk.Task {
	t := r.claim(1).TaskOf(0)
	r.Retry(t, r.now()+d)
	return t
}

// say says what was taken.
func say(t backlog.Taken) (said string) {
	switch {
	case t.Chunk == nil:
		said = "nothing"
	case t.Chunk.N == 1:
		said = fmt.Sprint(t.Chunk.Lo)
	default:
		said = fmt.Sprintf("%d-%d", t.Chunk.Lo, t.Chunk.Lo+t.Chunk.N-1)
	}
	if t.Struck {
		said += " struck"
	}
	if t.Alone {
		said += " alone"
	}
	if t.WantsAlone {
		said += ", wants to be alone"
	}
	return said
}
