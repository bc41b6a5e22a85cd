package main

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/longshore-go/longshore/mapper"
)

// A flow is what holds inputs back.
type flow struct {
	Keys  int // 0: inputs have no keys
	Limit mapper.KeyLimit
	Heavy int64   // weights are from 1 to that; 0: inputs have no weights
	Rate  float64 // begins a second; 0: any number
	Burst int
}

// bodied reports that the body has a part in it.
func (f flow) bodied() bool { return f.Keys > 0 || f.Heavy > 0 }

func (f flow) key(id int) string { return fmt.Sprint(id % f.Keys) }

func (f flow) weight(id int) int64 { return 1 + int64(id)%f.Heavy }

// limit has a body ask for keys and weights.
func (f flow) limit(body mapper.Body[order, answer]) mapper.Body[order, answer] {
	if f.Keys > 0 {
		body = body.Keyed(func(o order) string { return f.key(o.ID) }, f.Limit)
	}
	if f.Heavy > 0 {
		body = body.Weighted(func(o order) int64 { return f.weight(o.ID) })
	}
	return body
}

func (f flow) limiter() *rate.Limiter {
	if f.Rate == 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(f.Rate), f.Burst)
}

// flow draws what holds inputs back, in few rounds: where a claim is one input, rounds are slow.
func (d drawer) flow() {
	p := d.p
	if d.IntN(3) > 0 {
		return
	}
	p.Opts.TotalTimeout = one(d, 0, 0, 0, 100*ms)
	if d.IntN(3) == 0 {
		p.Flow.Rate, p.Flow.Burst = one(d, 2000.0, 20_000), one(d, 1, 10)
	}
	if d.IntN(3) == 0 {
		p.Opts.Adaptive.Min, p.Opts.Adaptive.Initial = 1, one(d, 1, 2, 10)
		p.Opts.Adaptive.Window = 10 * ms
	}
	if p.batched() || p.Body == "stream" {
		return
	}
	if d.IntN(2) == 0 {
		p.Flow.Keys = one(d, 1, 2, 10, 100)
		p.Flow.Limit = mapper.KeyLimit{
			Concurrency: d.IntN(3),
			InOrder:     !p.Opts.AtMostOnce && !p.Opts.Hedge.On() && d.IntN(4) == 0,
		}
		if d.IntN(3) == 0 {
			p.Flow.Limit.Rate, p.Flow.Limit.Burst = 1000, one(d, 0, 20)
		}
	}
	if d.IntN(3) == 0 {
		p.Flow.Heavy = one[int64](d, 1, 10)
		p.Opts.Capacity = p.Flow.Heavy + d.Int64N(20)
	}
}

// flowing is how much of each key, and of the capacity, is under way, and the most that ever was.
type flowing struct {
	mu     sync.Mutex
	keys   map[string]int
	weight int64
	key    int
	heavy  int64
}

// pass counts an attempt until the function that it returns is called.
func (f *flowing) pass(of flow, id int) (ends func()) {
	if !of.bodied() {
		return func() {}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.add(of, id, 1)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.add(of, id, -1)
	}
}

func (f *flowing) add(of flow, id, n int) {
	if f.keys == nil {
		f.keys = map[string]int{}
	}
	if of.Keys > 0 {
		k := of.key(id)
		f.keys[k] += n
		f.key = max(f.key, f.keys[k])
	}
	if of.Heavy > 0 {
		f.weight += int64(n) * of.weight(id)
		f.heavy = max(f.heavy, f.weight)
	}
}

// flowed looks at whether the limits were kept. An attempt that its container was given up over is not counted by them.
func (p *play) flowed() {
	f := &p.flowing
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.Opts.Timeout > 0 || p.Opts.TotalTimeout > 0 || p.Opts.MaxInputs > 1 {
		return
	}
	if most := p.Flow.Limit.Concurrency; most > 0 && f.key > most || p.Flow.Limit.InOrder && f.key > 1 {
		p.problem("%d attempts of a key at the same time: %+v", f.key, p.Flow.Limit)
	}
	if p.Flow.Heavy > 0 && f.heavy > p.Opts.Capacity {
		p.problem("%d of a capacity of %d in use", f.heavy, p.Opts.Capacity)
	}
}

// refuse is what an attempt says whom the other side has refused.
const refuse = 2 * time.Millisecond
