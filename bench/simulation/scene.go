//go:build unix

package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/longshore-go/longshore/bench/usage"
	"github.com/longshore-go/longshore/mapper"
)

// Scene is a run over a fleet.
type Scene struct {
	Inputs    int
	Machines  int
	Slots     int           // of each
	Work      time.Duration // of an input, on average: each takes half as much to one and a half times as much
	Unordered bool
}

// Figures are what came of it. Times without CPU are virtual.
type Figures struct {
	Settled  int           // inputs with exactly one result, which is theirs
	Charged  int           // retries and crashes
	Losses   int           // of machines
	Lost     int           // of containers
	Out      int           // inputs that were out when their machine was lost
	Executed int           // inputs that came to an end in a container
	Again    int           // attempts that are counted beyond the first of each input
	Chunks   int           // that were sent
	Took     time.Duration // from the start to the end
	Full     time.Duration // until every slot had its first input
	Used     float64       // of the time of all slots, for inputs that succeeded
	CPU      time.Duration // of a chunk, with the fleet's own
	StartCPU time.Duration // of all until the end of start
	Slot     float64       // bytes in use for each slot at the end of start, with the window
}

// work is what an input takes: not the same for all, or all would end at once.
func (s Scene) work(index int) time.Duration {
	part := uint64(index) * 0x9e3779b97f4a7c15 >> 44 // of 2^20
	return s.Work/2 + time.Duration(part)*(s.Work>>20)
}

// Play plays it in a synctest bubble. An error is that of the run, or of a result that is not what it should be.
func (s Scene) Play(ctx context.Context) (Figures, error) {
	before, cpu := usage.Memory(), usage.CPU()
	f := NewFleet(s.Machines, s.Slots, s.work)
	ctx, cancel := context.WithCancel(ctx)
	lost := make(chan struct{})
	go func() {
		defer close(lost)
		f.Lose(ctx)
	}()
	defer func() {
		cancel()
		<-lost
	}()
	run, err := mapper.Start(ctx, func(context.Context, int) (int, error) { panic("it is elsewhere") }, upTo(s.Inputs), mapper.Options{
		Runtime: f, CrashLimit: 1, Unordered: s.Unordered, // who is charged fails
	})
	if err != nil {
		return Figures{}, err
	}
	look := s.look(before, cpu)
	figures, err := s.read(run)
	if err == nil {
		err = run.Wait()
	}
	seen := <-look
	stats := run.Stats()
	figures.Charged = stats.Retries + stats.Pool.Crashes
	figures.Losses, figures.Lost = f.Losses(), stats.Pool.Lost
	figures.Out, figures.Executed, figures.Chunks = int(f.out.Load()), int(f.executed.Load()), int(f.sent.Load())
	figures.Took = time.Since(f.began)
	figures.Used = float64(s.Inputs) * s.Work.Seconds() / (figures.Took.Seconds() * float64(s.Machines*s.Slots))
	figures.CPU = (usage.CPU() - cpu) / time.Duration(max(figures.Chunks, 1))
	figures.Full, figures.StartCPU, figures.Slot = time.Duration(f.full.Load()), seen.cpu, seen.slot
	return figures, err
}

func upTo(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// read reads all results: each input has one, with its value.
func (s Scene) read(run *mapper.Run[int, int]) (f Figures, err error) {
	seen := make([]uint64, s.Inputs/64+1)
	for r := range run.All() {
		bit := uint64(1) << (r.Index % 64)
		switch {
		case r.Err != nil:
			return f, r.Err
		case r.Index < 0 || r.Index != r.Input || r.Value != Echo(r.Input):
			return f, fmt.Errorf("input %d, which is %d, has the value %d", r.Index, r.Input, r.Value)
		case seen[r.Index/64]&bit != 0:
			return f, fmt.Errorf("input %d has a second result", r.Index)
		}
		seen[r.Index/64] |= bit
		f.Settled++
		f.Again += r.Attempts - 1
	}
	return f, nil
}

// start is when all slots are busy, and the fleet is looked at.
const start = 4 * time.Second

// seen is what is seen then.
type seen struct {
	cpu  time.Duration
	slot float64
}

// look looks once.
func (s Scene) look(before float64, cpu time.Duration) <-chan seen {
	saw := make(chan seen, 1)
	time.AfterFunc(start, func() {
		used := usage.CPU() - cpu
		saw <- seen{used, (usage.Memory() - before) / float64(s.Machines*s.Slots)}
	})
	return saw
}
