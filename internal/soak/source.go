package main

import (
	"iter"
	"runtime"
	"time"
)

// source is the iterator of an act's inputs.
func (p *play) source(i int) iter.Seq[order] {
	a := &p.Acts[i]
	return func(yield func(order) bool) {
		for k, o := range p.orders(i) {
			if k == a.Source.EndAt {
				p.endSource(a)
			}
			if a.Source.Every > 0 && k%a.Source.Every == 0 {
				time.Sleep(a.Source.Pause)
			}
			if !yield(o) {
				return
			}
		}
	}
}

func (p *play) endSource(a *act) {
	p.tally.add("iterator: " + a.Source.EndBy)
	if a.Source.EndBy == "goexit" {
		runtime.Goexit()
	}
	panic(errOwn)
}
