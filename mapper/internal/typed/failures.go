package typed

import (
	"slices"
	"sync"

	"github.com/longshore-go/longshore/mapper/internal/chunk"
)

// Failures are the inputs that have failed for good. Of each it keeps what is told of it, not its task: that is five times as
// large, and a million of them would be most of what the collector looks through.
type Failures struct {
	mu      sync.Mutex
	pieces  [][]Failure // all but the last are full, and none is moved
	n       int
	highest int // index
}

// Failure is one of them.
type Failure struct {
	Index    int
	Attempts int
	Err      error
	Ended    bool // Err is the cause of the end of the run
}

// maxPiece is how many failures have one piece of memory. The first has room for few, as most runs have.
const maxPiece = 1024

func (f *Failures) add(t *chunk.Task) {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := len(f.pieces) - 1
	if last < 0 || len(f.pieces[last]) == cap(f.pieces[last]) {
		f.pieces = append(f.pieces, make([]Failure, 0, min(f.n+4, maxPiece)))
		last++
	}
	f.pieces[last] = append(f.pieces[last], Failure{Index: t.Index, Attempts: t.Attempts, Err: t.Err, Ended: t.Ended})
	f.n++
	f.highest = max(f.highest, t.Index)
}

// InOrder are all of them, by index, once the run has ended. Where more than one input of eight has failed each is put in its
// place: to sort them took longer than all else that was done about them.
func (f *Failures) InOrder() []*Failure {
	if f.n > f.highest/8 {
		return f.inPlace()
	}
	all := make([]*Failure, 0, f.n)
	for _, piece := range f.pieces {
		for i := range piece {
			all = append(all, &piece[i])
		}
	}
	slices.SortFunc(all, func(a, b *Failure) int { return a.Index - b.Index })
	return all
}

func (f *Failures) inPlace() []*Failure {
	places := make([]*Failure, f.highest+1)
	for _, piece := range f.pieces {
		for i := range piece {
			places[piece[i].Index] = &piece[i]
		}
	}
	return slices.DeleteFunc(places, func(f *Failure) bool { return f == nil })
}
