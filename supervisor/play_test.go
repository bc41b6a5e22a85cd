package supervisor_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// TestPlay does everything to a lasting pool that can be done to one, at random and at once, and then checks that it
// finds its way to the number wanted, and that each container has ended once.
func TestPlay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g := drawGame(rt)
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = g.play(t) })
		if problem != nil {
			rt.Fatalf("%v\nin %+v", problem, g)
		}
	})
}

// game is a pool and what is done to it, decided in advance.
type game struct {
	Lineages, Want int
	Plain, Deploy  bool
	Moves          []move
}

// move is one thing done, to the Whom'th container there if it is done to one.
type move struct {
	Does string
	Whom int
	Then time.Duration
}

func drawGame(t *rapid.T) game {
	g := game{
		Lineages: rapid.IntRange(1, 6).Draw(t, "lineages"),
		Plain:    rapid.Bool().Draw(t, "plain"),
		Deploy:   rapid.Bool().Draw(t, "deployed"),
	}
	g.Want = rapid.IntRange(0, g.Lineages).Draw(t, "want")
	does := []string{"scale", "scale", "retire", "recycle", "crash", "panic", "leave", "finish", "fail", "abandon", "hang", "stall", "input", "reset", "look"}
	g.Moves = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) move {
		return move{
			Does: rapid.SampledFrom(does).Draw(t, "does"),
			Whom: rapid.IntRange(0, 9).Draw(t, "whom"),
			Then: rapid.SampledFrom([]time.Duration{0, 0, 0, time.Millisecond, time.Second, 20 * time.Second}).Draw(t, "then"),
		}
	}), 0, 60).Draw(t, "moves")
	return g
}

// player plays one game.
type player struct {
	*crew
	pool *pool
	all  sync.WaitGroup

	mu      sync.Mutex
	want    int
	problem error
}

func (g *game) play(t *testing.T) error {
	crashes := policy.Crashes(patient)
	if g.Deploy {
		crashes = policy.Deployed{}
	}
	pl := &player{crew: newCrew(t), want: g.Want}
	pl.pool = open(t, supervisor.Config{
		Lasting: true, Containers: g.Lineages, Want: g.Want, Plain: g.Plain, Crashes: crashes,
		Serve: func(ctx context.Context, c *supervisor.Container) error { return pl.serve(ctx, c) },
	})
	for _, m := range g.Moves {
		if m.Does == "scale" { // in order, or nobody knows what is wanted
			pl.want = m.Whom
			pl.pool.Scale(m.Whom)
		} else {
			pl.all.Go(func() { pl.do(m) })
		}
		time.Sleep(m.Then)
	}
	pl.all.Wait()
	pl.settle()
	pl.end()
	return pl.problem
}

func (pl *player) do(m move) {
	if there := pl.there(); len(there) > 0 {
		pl.order(there[m.Whom%len(there)], m.Does)
	}
	switch m.Does {
	case "reset":
		pl.pool.Reset()
	case "stall":
		pl.stalls.Store(1)
	case "look":
		pl.look()
	}
}

func (pl *player) order(c *member, does string) {
	switch does {
	case "retire":
		c.Retire()
	case "recycle":
		c.Retire()
		c.tell(finish)
	case "crash":
		c.tell(crash)
	case "panic":
		c.tell(explodes)
	case "leave":
		c.tell(leaves)
	case "finish":
		c.tell(finish)
	case "fail":
		c.Fail(errBroken)
	case "abandon":
		c.Abandon()
	case "hang":
		c.tell(pl.hang)
	case "input":
		c.tell(func() (bool, error) { c.Finished(1); return false, nil })
	}
}

func (pl *player) complain(format string, args ...any) {
	pl.mu.Lock()
	defer pl.mu.Unlock()
	if pl.problem == nil {
		pl.problem = fmt.Errorf(format, args...)
	}
}

// look checks what holds at every moment, and returns how many lineages are filled and which containers those are.
func (pl *player) look() (filled int, living []int) {
	snap := pl.pool.Snapshot()
	if snap.Live > len(snap.Containers) {
		pl.complain("%d live in %d lineages", snap.Live, len(snap.Containers))
	}
	for _, c := range snap.Containers {
		switch c.State {
		case supervisor.Starting, supervisor.Idle, supervisor.Running:
			filled++
			living = append(living, c.ID)
		case supervisor.BackingOff:
			filled++
		}
	}
	return filled, living
}

// settle lets nothing crash any more, gives up who is stuck, sees to those who were retired, and retires who is too
// many: then there are as many as wanted.
func (pl *player) settle() {
	pl.stalls.Store(0)
	time.Sleep(2 * time.Minute)
	for range 2 { // what has started meanwhile is not stuck
		for _, c := range pl.pool.Snapshot().Containers {
			if m := pl.get(c.ID); m != nil {
				told := make(chan struct{})
				m.tell(func() (bool, error) { close(told); return c.State == supervisor.Stopping, nil })
				synctest.Wait()
				select {
				case <-told:
				default:
					m.Fail(errBroken)
				}
			}
		}
		time.Sleep(2 * time.Hour)
	}
	synctest.Wait()
	filled, living := pl.look()
	if filled < pl.want {
		pl.complain("%d filled, %d wanted", filled, pl.want)
		return
	}
	for _, id := range living[min(pl.want, len(living)):] {
		pl.order(pl.get(id), "recycle")
	}
	time.Sleep(time.Hour)
	synctest.Wait()
	filled, living = pl.look()
	if snap := pl.pool.Snapshot(); filled != pl.want || len(living) != pl.want || snap.Wanted != pl.want || snap.Live != pl.want {
		pl.complain("%d filled, %d living, %d live, %d wanted, should be %d", filled, len(living), snap.Live, snap.Wanted, pl.want)
	}
}

// end ends the pool, and checks the account of all that has happened.
func (pl *player) end() {
	pl.pool.requireOpen(pl.complain)
	pl.pool.close()
	pl.letGo()
	synctest.Wait()
	snap := pl.pool.Snapshot()
	if snap.Live != 0 || snap.Lingering != 0 {
		pl.complain("at the end %d live, %d linger", snap.Live, snap.Lingering)
	}
	starts, ends, told := map[int]int{}, map[int]int{}, map[int]int{}
	crashes := 0
	for _, ev := range pl.pool.events {
		switch ev.Kind {
		case supervisor.ContainerStarted:
			starts[ev.Container]++
		case supervisor.ContainerCrashed:
			crashes++
			ends[ev.Container]++
		case supervisor.ContainerStopped, supervisor.ContainerAbandoned:
			ends[ev.Container]++
		}
	}
	for _, c := range pl.pool.crashes {
		told[c.Container]++
	}
	for id := range snap.Starts {
		if starts[id] != 1 || ends[id] != 1 || told[id] > 1 {
			pl.complain("container %d: %d starts, %d ends, %d crashes told", id, starts[id], ends[id], told[id])
		}
	}
	if len(starts) != snap.Starts || crashes != snap.Crashes {
		pl.complain("%d of %d starts, %d of %d crashes are events", len(starts), snap.Starts, crashes, snap.Crashes)
	}
}

// requireOpen complains if the pool has ended.
func (p *pool) requireOpen(complain func(string, ...any)) {
	select {
	case <-p.Done():
		complain("the pool has ended by itself")
	default:
	}
}
