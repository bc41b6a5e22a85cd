package main

import (
	"context"

	"github.com/longshore-go/longshore/mapper"
)

// stream reads a Stream: the outputs of an input come in order and from the first on, and
// nothing follows its failure.
func (p *play) stream(ctx context.Context, v *view, o mapper.Options) {
	defer func() {
		if r := recover(); r != nil && r != errLeft {
			panic(r)
		}
	}()
	next, ended := map[int]int{}, map[int]bool{}
	for out := range mapper.Stream(ctx, p.outputs, p.source(0), o) {
		p.progress.Add(1)
		v.n++
		id := out.Input.ID
		switch {
		case out.Index == -1:
			p.failed(0, out.Err)
		case out.Index < 0 || out.Index >= len(v.a.Scripts) || id != out.Index:
			p.problem("unknown: %+v", out)
		case out.Number != next[id] || ended[id]:
			p.problem("output %d of input %d after %d, ended %v", out.Number, id, next[id], ended[id])
		case !o.Unordered && id < v.last:
			p.problem("output of input %d after input %d in an ordered stream", id, v.last)
		case out.Err != nil:
			ended[id] = true
			p.settled(0, id, answer{}, out.Err)
		case out.Value != right(id):
			p.problem("input %d has the value %+v", id, out.Value)
		}
		next[id], v.last = out.Number+1, max(v.last, out.Index)
		v.pause()
		if v.leaves() {
			v.left = true
			return
		}
	}
	if !v.cut() && o.ReturnExceptions {
		p.streamed(next, ended)
	}
}

// streamed looks at a stream that came to its end.
func (p *play) streamed(next map[int]int, ended map[int]bool) {
	for id := range p.owner {
		switch want := outputsOf(id); {
		case ended[id]:
		case next[id] != want:
			p.problem("input %d has %d outputs of %d and no failure", id, next[id], want)
		case p.book.read(id, valued) != 1:
			p.problem("input %d ended well, and its function did not", id)
		}
	}
}
