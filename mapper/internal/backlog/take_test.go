package backlog_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper/internal/backlog"
)

// TestTake is what a container is given in each situation, one take after the other.
func TestTake(t *testing.T) {
	anyone := backlog.Taker{Lineage: 9, Others: 3, Alone: true}
	with := func(change func(*backlog.Taker)) backlog.Taker {
		who := anyone
		change(&who)
		return who
	}
	company := with(func(who *backlog.Taker) { who.Alone = false })
	beside := with(func(who *backlog.Taker) { who.Alone, who.Beside = false, true })
	first := with(func(who *backlog.Taker) { who.Lineage = 1 })
	sole := with(func(who *backlog.Taker) { who.Lineage, who.Others = 1, 0 })
	probe := with(func(who *backlog.Taker) { who.Probe = true })
	probeInCompany := with(func(who *backlog.Taker) { who.Probe, who.Alone = true, false })
	deployed := func(cfg *backlog.Config) { cfg.Deployed = true }
	quota := func(n int) func(*backlog.Config) { return func(cfg *backlog.Config) { cfg.Quota = n } }
	twice := func(r *room) {
		t := r.crashNext(1)
		r.Take(anyone, 1)
		r.crash(t, 2)
	}
	lowest := func(cfg *backlog.Config) { cfg.Lowest = true }

	for name, c := range map[string]struct {
		fresh  int // in the source
		config func(*backlog.Config)
		before func(*room)
		who    backlog.Taker
		want   []string
	}{
		"fresh inputs are claimed from the source": {9, nil, func(*room) {}, anyone, []string{"nothing"}},
		"the lowest first, of one stretch": {9, nil, func(r *room) {
			a, b := r.claim(3), r.claim(4)
			r.Return(b)
			r.Return(a)
			r.Return(nil)
		}, anyone, []string{"0-1", "2", "3-4", "5-6", "nothing"}},
		"due retries before fresh inputs": {9, nil, func(r *room) {
			r.Return(r.claim(1))
			r.retryNext(time.Second)
			r.retryNext(0)
			time.Sleep(time.Second)
		}, anyone, []string{"2", "1", "0", "nothing"}},
		"a retry that is not due": {9, nil, func(r *room) { r.retryNext(time.Hour) }, anyone, []string{"nothing"}},

		"a struck input that has its control, first": {9, nil, func(r *room) {
			r.Return(r.claim(1))
			r.retryNext(0)
			r.crashNext(1)
			r.works()
		}, anyone, []string{"2 struck", "1", "0", "nothing"}},
		"one that has none, while a fresh one is in reach": {3, nil, func(r *room) {
			r.Return(r.claim(1))
			r.retryNext(0)
			r.works()
			r.crashNext(1)
		}, anyone, []string{"1", "0", "2 struck"}},
		"while one is in the source": {2, nil, func(r *room) { r.crashNext(1) }, anyone, []string{"nothing"}},
		"where none is in reach":     {2, nil, func(r *room) { r.retryNext(0); r.crashNext(1) }, anyone, []string{"0", "1 struck"}},
		"begun before the crash is no control": {2, nil, func(r *room) {
			begun := r.now()
			r.crashNext(1)
			r.control.Finished(begun)
		}, anyone, []string{"nothing"}},
		"begun at the moment of the crash": {2, nil, func(r *room) { r.crashNext(1); r.works() }, anyone, []string{"0 struck"}},
		"an older control is forgotten for no newer one": {2, nil, func(r *room) {
			r.crashNext(1)
			r.works()
			r.control.Finished(0)
		}, anyone, []string{"0 struck"}},
		"the first to crash first": {3, quota(9), func(r *room) {
			b, a := r.claim(1), r.claim(1)
			r.crash(a.TaskOf(0), 1)
			r.crash(b.TaskOf(0), 1)
			r.works()
		}, anyone, []string{"1 struck", "0 struck", "nothing"}},
		"a control for the first only": {3, quota(9), func(r *room) {
			r.crashNext(1)
			r.works()
			r.crashNext(1)
		}, anyone, []string{"0 struck", "nothing"}},

		"not in its own lineage":         {1, nil, func(r *room) { r.crashNext(1) }, first, []string{"nothing"}},
		"but in that, if it is the only": {1, nil, func(r *room) { r.crashNext(1) }, sole, []string{"0 struck"}},
		"or the others are busy with such": {4, nil, func(r *room) {
			for range 4 {
				r.crashNext(1)
			}
			for range 3 {
				r.Take(anyone, 1)
			}
		}, first, []string{"3 struck"}},
		"the next, if the first is not for this lineage": {2, nil, func(r *room) { r.crashNext(1); r.crashNext(2) }, first, []string{"1 struck", "nothing"}},

		"alone from its second strike":  {1, nil, twice, anyone, []string{"0 struck alone"}},
		"which another executes beside": {1, nil, twice, company, []string{"nothing, wants to be alone"}},
		"one that was given back hides no other's control": {3, nil, func(r *room) {
			r.crashNext(1)
			r.works()
			r.crashNext(2)
			fresh := r.claim(1)
			r.Return(r.Take(first, 1).Chunk) // there was no fresh one, and the first was not for it
			r.Return(fresh)
		}, anyone, []string{"0 struck", "2", "1 struck"}},
		"not beside another, also if it has failed since": {2, nil, func(r *room) {
			r.crashNext(1)
			r.works()
			ch := r.Take(anyone, 1).Chunk
			r.Retry(ch.TaskOf(0), r.now())
			r.retryNext(0)
		}, beside, []string{"1", "nothing"}},
		"alone, also if it has failed since": {1, nil, func(r *room) {
			twice(r)
			ch := r.Take(anyone, 1).Chunk
			r.Retry(ch.TaskOf(0), r.now())
		}, company, []string{"nothing, wants to be alone"}},
		"no more than the quota": {9, quota(2), func(r *room) {
			for range 3 {
				r.crashNext(1)
			}
			r.works()
		}, anyone, []string{"0 struck", "1 struck", "nothing"}},
		"all, where no fresh one is in reach": {3, quota(1), func(r *room) {
			for range 3 {
				r.crashNext(1)
			}
		}, anyone, []string{"0 struck", "1 struck", "2 struck", "nothing"}},
		"never beside another such":  {2, nil, func(r *room) { r.crashNext(1); r.retryNext(0) }, beside, []string{"1", "nothing"}},
		"beside others, once struck": {1, nil, func(r *room) { r.crashNext(1) }, company, []string{"0 struck"}},

		"a probe is one fresh input":   {9, lowest, func(r *room) { r.Return(r.claim(3)); r.retryNext(0) }, probe, []string{"0 alone", "1 alone", "2 alone", "4 alone", "5 alone"}},
		"a probe is alone":             {9, nil, func(r *room) { r.retryNext(0) }, probeInCompany, []string{"nothing, wants to be alone"}},
		"no probe where none is fresh": {2, nil, func(r *room) { r.retryNext(0); r.crashNext(1) }, probe, []string{"0", "1 struck", "nothing"}},
		"no probe of struck inputs":    {3, lowest, func(r *room) { r.crashNext(1); r.works() }, probe, []string{"1 alone", "2 alone", "0 struck"}},

		"deployed, without a control: it waits": {1, deployed, func(r *room) { r.crashNext(1) }, anyone, []string{"nothing"}},
		"deployed, for a second": {1, deployed, func(r *room) {
			r.crashNext(1)
			time.Sleep(time.Second)
		}, anyone, []string{"0 struck"}},
		"deployed, not so long": {1, deployed, func(r *room) {
			r.crashNext(1)
			time.Sleep(time.Second - 1)
		}, anyone, []string{"nothing"}},
		"deployed, with its control": {1, deployed, func(r *room) { r.crashNext(1); r.works() }, anyone, []string{"0 struck"}},
		"deployed, in a hurry":       {1, deployed, func(r *room) { r.crashNext(1); r.Hurry() }, anyone, []string{"0 struck"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(c.fresh)
				if c.config != nil {
					r = newRoom(c.fresh, c.config)
				}
				defer r.Stop()
				c.before(r)
				synctest.Wait()
				var got []string
				for range c.want {
					got = append(got, say(r.Take(c.who, 2)))
				}
				require.Equal(t, c.want, got)
			})
		})
	}
}
