package history

import (
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// living is the containers that live.
func living(pool supervisor.Snapshot) map[int]bool {
	alive := make(map[int]bool, len(pool.Containers))
	for _, c := range pool.Containers {
		if c.ID >= 0 {
			alive[c.ID] = true
		}
	}
	return alive
}

// figures is what of a pool is worth showing anew when it changes.
type figures struct {
	wanted, live, starts, crashes, abandoned, lingering, startDebt, streak, inputs int

	gate string
	next time.Time
}

func figuresOf(p supervisor.Snapshot) figures {
	return figures{
		p.Wanted, p.Live, p.Starts, p.Crashes, p.Abandoned, p.Lingering, p.StartDebt, p.Streak, p.Inputs, p.Gate, p.NextStart,
	}
}
