package backlog_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
)

// TestTakeForBatches: what was in a crash, and a probe, is a batch by itself; the rest may be
// together.
func TestTakeForBatches(t *testing.T) {
	anyone := backlog.Taker{Lineage: 9, Others: 3, Alone: true}
	probe := anyone
	probe.Probe = true
	for name, c := range map[string]struct {
		fresh    int
		before   func(*room)
		who      backlog.Taker
		alone    string
		together []string
		forms    bool // the batch is not due
	}{
		"fresh ones": {9, func(r *room) { r.Return(r.claim(3)) }, anyone, "nothing", []string{"0-1", "2", "nothing"}, false},
		"retries, one at a time": {9, func(r *room) {
			r.Return(r.claim(1))
			r.retryNext(0)
			r.retryNext(0)
		}, anyone, "nothing", []string{"1", "2", "0"}, false},
		"a probe": {1, func(r *room) { r.retryNext(0); r.Return(r.claim(1)) }, probe, "nothing", []string{"0"}, false},
		"a probe of what was given back": {2, func(r *room) {
			r.retryNext(0)
			r.Return(r.claim(1))
		}, probe, "1 alone", []string{"0", "nothing"}, false},
		"a struck one that has its control": {9, func(r *room) {
			r.crashNext(1)
			r.works()
		}, anyone, "0 struck", []string{"nothing"}, false},
		"one that has none":   {9, func(r *room) { r.crashNext(1) }, anyone, "nothing", []string{"nothing"}, false},
		"where none is fresh": {1, func(r *room) { r.crashNext(1) }, anyone, "0 struck", []string{"nothing"}, false},
		"due retries before that": {2, func(r *room) {
			r.crashNext(1)
			r.retryNext(0)
		}, anyone, "nothing", []string{"1", "nothing"}, false},
		"but not before a batch that only forms": {2, func(r *room) {
			r.crashNext(1)
			r.retryNext(0)
		}, anyone, "0 struck", []string{"1", "nothing"}, true},
		"also where it has failed since": {2, func(r *room) {
			task := r.crashNext(1)
			r.works()
			require.NotNil(t, r.Take(anyone, 1).Chunk)
			r.Retry(task, r.now())
			r.Return(r.claim(1))
		}, anyone, "0 struck", []string{"1", "nothing"}, false},
		"no more than the quota": {9, func(r *room) {
			r.crashNext(1)
			r.crashNext(1)
			r.works()
			r.Take(anyone, 1)
		}, anyone, "nothing", []string{"nothing"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(c.fresh)
				defer r.Stop()
				c.before(r)
				synctest.Wait()
				require.Equal(t, c.alone, say(r.TakeAlone(c.who, !c.forms)))
				for _, want := range c.together {
					require.Equal(t, want, say(backlog.Taken{Chunk: r.TakeUpTo(2)}))
				}
			})
		})
	}
}

// TestWhoIsWoken for what has come, and for whom it is not.
func TestWhoIsWoken(t *testing.T) {
	const nobody = -1
	for name, c := range map[string]struct {
		before, does func(*room)
		want         []int
	}{
		"given back":          {nil, func(r *room) { r.Return(r.claim(2)) }, []int{nobody}},
		"nothing given back":  {nil, func(r *room) { r.Return(nil) }, nil},
		"to be done again":    {nil, func(r *room) { r.Again(r.claim(1).TaskOf(0)) }, []int{nobody}},
		"in a crash":          {nil, func(r *room) { r.crashNext(3) }, []int{3}},
		"a retry, not yet":    {nil, func(r *room) { r.retryNext(time.Hour) }, nil},
		"a retry that is due": {nil, func(r *room) { r.retryNext(0) }, []int{nobody}},
		"as many as are due":  {nil, func(r *room) { r.retryNext(0); r.retryNext(0) }, []int{nobody, nobody}},
		"the last fresh one is claimed, and nobody waits for that": {nil, func(r *room) { r.Reconsider() }, nil},
		"the last fresh one is claimed":                            {func(r *room) { r.crashNext(3) }, func(r *room) { r.Reconsider() }, []int{3}},
		"one of several that were in a crash is taken": {func(r *room) {
			r.crashNext(3)
			r.crashNext(4)
			r.works()
		}, func(r *room) { r.Take(anyone, 1) }, []int{4}},
		"the last of them": {func(r *room) { r.crashNext(3); r.works() }, func(r *room) { r.Take(anyone, 1) }, nil},
		"for a batch by itself": {func(r *room) {
			r.crashNext(3)
			r.crashNext(4)
			r.works()
		}, func(r *room) { r.TakeAlone(anyone, true) }, []int{4}},
		"in a hurry": {func(r *room) { r.crashNext(3) }, func(r *room) { r.Hurry() }, []int{3}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(9)
				defer r.Stop()
				if c.before != nil {
					c.before(r)
					r.wakes()
				}
				c.does(r)
				synctest.Wait()
				require.Equal(t, c.want, r.wakes())
			})
		})
	}
}
