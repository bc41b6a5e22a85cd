package mapper_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// livePlay is one performance of a life, and what was seen of it. An input is its number among
// those of all deeds.
type livePlay struct {
	s       *life
	f       *mapper.Function[int, int]
	scripts [][]step
	first   []int // input of each deed
	began   time.Time

	mu       sync.Mutex
	starts   int
	ends     int
	states   []*liveState
	begun    []int // attempts by input
	crashed  []int // of them, in how many it or its batch crashed
	returned []int // of them, values
	badExit  bool
	problems []error
}

// liveState is the state of one container.
type liveState struct {
	using, exits int
	container    int // -1: not known yet
}

func newLivePlay(s *life) *livePlay {
	p := &livePlay{s: s, began: time.Now()}
	for _, d := range s.Deeds {
		p.first = append(p.first, len(p.scripts))
		p.scripts = append(p.scripts, d.Scripts...)
	}
	n := len(p.scripts)
	p.begun, p.crashed, p.returned = make([]int, n), make([]int, n), make([]int, n)
	return p
}

func (p *livePlay) problem(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems = append(p.problems, fmt.Errorf(format, args...))
}

func (p *livePlay) body() mapper.Body[int, int] {
	if p.s.Batch.Size > 0 {
		return mapper.BatchedWithState(p.enter, p.batch, p.exit, p.s.Batch)
	}
	return mapper.WithState(p.enter, p.call, p.exit)
}

// nth is step n of steps, and a success after the last one.
func nth(steps []step, n int) step {
	if n < len(steps) {
		return steps[n]
	}
	return step{Does: "ok"}
}

func (p *livePlay) enter(ctx context.Context) (*liveState, error) {
	p.mu.Lock()
	st := nth(p.s.Enters, p.starts)
	p.starts++
	p.mu.Unlock()
	rest(ctx, st.Take)
	switch st.Does {
	case "error":
		return nil, errFlaky
	case "panic":
		panic("enter")
	case "goexit":
		runtime.Goexit()
	case "slow":
		rest(ctx, 30*ms)
	case "obey":
		<-ctx.Done()
		return nil, ctx.Err()
	case "late": // a state nevertheless
		<-ctx.Done()
	case "deaf":
		time.Sleep(500 * ms)
	}
	state := &liveState{container: -1}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.states = append(p.states, state)
	return state, nil
}

func (p *livePlay) exit(ctx context.Context, s *liveState) error {
	p.mu.Lock()
	st := nth(p.s.Exits, p.ends)
	p.ends++
	p.badExit = p.badExit || st.Does != "ok"
	s.exits++
	if s.exits > 1 || s.using > 0 {
		p.problems = append(p.problems, fmt.Errorf("exit %d of a state that %d attempts use", s.exits, s.using))
	}
	p.mu.Unlock()
	rest(ctx, st.Take)
	switch st.Does {
	case "error":
		return errFlaky
	case "panic":
		panic("exit")
	case "goexit":
		runtime.Goexit()
	case "obey":
		<-ctx.Done()
		return ctx.Err()
	case "deaf":
		time.Sleep(500 * ms)
	}
	return nil
}

// use begins an attempt of inputs with the state.
func (p *livePlay) use(ctx context.Context, s *liveState, inputs []int) []step {
	a, known := mapper.AttemptFrom(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	s.using++
	switch {
	case s.exits > 0:
		p.problems = append(p.problems, fmt.Errorf("inputs %v executed with a state that was exited", inputs))
	case s.using > p.s.Opts.MaxInputs:
		p.problems = append(p.problems, fmt.Errorf("%d attempts at once in a container", s.using))
	case known && s.container >= 0 && s.container != a.Container:
		p.problems = append(p.problems, fmt.Errorf("containers %d and %d share a state", s.container, a.Container))
	case known:
		s.container = a.Container
	}
	var steps []step
	for _, in := range inputs {
		script := p.scripts[in]
		steps = append(steps, script[min(p.begun[in], len(script)-1)])
		p.begun[in]++
	}
	return steps
}

// used ends it. An attempt that has not returned has crashed.
func (p *livePlay) used(s *liveState, inputs []int, returned *bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.using--
	if !*returned {
		for _, in := range inputs {
			p.crashed[in]++
		}
	}
}

func (p *livePlay) call(ctx context.Context, s *liveState, in int) (int, error) {
	inputs, returned := []int{in}, false
	st := p.use(ctx, s, inputs)[0]
	defer p.used(s, inputs, &returned)
	err := p.act(ctx, st)
	returned = true
	return p.answer(in, err)
}

func (p *livePlay) batch(ctx context.Context, s *liveState, in []int) ([]int, error) {
	inputs, returned := slices.Clone(in), false
	steps := p.use(ctx, s, inputs)
	defer p.used(s, inputs, &returned)
	out, errs, failed := make([]int, len(in)), make(mapper.Errors, len(in)), false
	for i, st := range steps {
		err := p.act(ctx, st)
		out[i], errs[i] = p.answer(in[i], err)
		failed = failed || err != nil
	}
	returned = true
	if !failed {
		return out, nil
	}
	return out, errs
}

func (p *livePlay) answer(in int, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.returned[in]++
	return in*in + 1, nil
}

// act does what a step says.
func (p *livePlay) act(ctx context.Context, st step) error {
	if !rest(ctx, st.Take) {
		return context.Cause(ctx)
	}
	switch st.Does {
	case "error":
		return errFlaky
	case "permanent":
		return policy.Permanent(errFlaky)
	case "panic":
		panic("call")
	case "goexit":
		runtime.Goexit()
	case "retire":
		if !mapper.Retire(ctx) {
			p.problem("Retire knows no container in an attempt")
		}
	case "obey":
		<-ctx.Done()
		return ctx.Err()
	case "deaf":
		time.Sleep(500 * ms)
	}
	return nil
}
