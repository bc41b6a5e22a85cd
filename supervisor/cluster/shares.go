package cluster

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// wish is what a caller tells all others now and then: how many containers it would have if there were room for all.
type wish struct {
	Caller  string `json:"caller"`
	Version string `json:"version"`
	Wish    int    `json:"wish"`
}

const (
	mostWish    = 4 << 10
	mostCallers = 1 << 12
	wishEvery   = 500 * time.Millisecond // while there is one
	wishTime    = 3 * time.Second        // after which a caller that says nothing wishes nothing
)

// parseWish reads a wish, and reports false for anything else.
func parseWish(src []byte) (w wish, ok bool) {
	if len(src) > mostWish || json.Unmarshal(src, &w) != nil {
		return wish{}, false
	}
	if !isToken(w.Caller) || len(w.Version) > mostText || w.Wish < 0 {
		return wish{}, false
	}
	w.Wish = min(w.Wish, mostSlots)
	return w, true
}

// rival is another caller of the same program.
type rival struct {
	wish  int
	heard time.Time
}

// shares is who wishes how much. The lock of the members guards it.
type shares struct {
	self   string
	own    map[*share]int // what the pools of this caller wish
	rivals map[string]rival
	next   int           // number of the next pool
	wished chan struct{} // has room for one: others are to be told
}

func newShares(self string) *shares {
	return &shares{self: self, own: map[*share]int{}, rivals: map[string]rival{}, wished: make(chan struct{}, 1)}
}

// total is what this caller wishes.
func (s *shares) total() (n int) {
	for _, wish := range s.own {
		n = min(n+wish, mostSlots)
	}
	return n
}

// claim is who wishes how much.
type claim struct {
	who  string
	wish int
}

// divide says how much of n each has: whoever wishes little has that, and the others the same each. The order of claims does
// not matter, so that all callers come to the same.
func divide(n int, claims []claim) map[string]int {
	slices.SortFunc(claims, func(a, b claim) int { return cmp.Or(cmp.Compare(a.wish, b.wish), cmp.Compare(a.who, b.who)) })
	parts := make(map[string]int, len(claims))
	for i, c := range claims {
		part := min(c.wish, n/(len(claims)-i))
		parts[c.who] = part
		n -= part
	}
	return parts
}

// left is what is left of n for one of them, after the parts of all others.
func left(n int, claims []claim, who string) int {
	for other, part := range divide(n, claims) {
		if other != who {
			n -= part
		}
	}
	return n
}

// room is how many of so many slots a caller may use, and one of its pools, if it is not nil.
func (s *shares) room(slots int, pool *share) int {
	claims := []claim{{s.self, s.total()}}
	for id, r := range s.rivals {
		claims = append(claims, claim{id, r.wish})
	}
	slots = left(slots, claims, s.self)
	if pool == nil || len(s.own) < 2 {
		return slots
	}
	claims = claims[:0]
	for p, wish := range s.own {
		claims = append(claims, claim{p.name, wish})
	}
	return left(slots, claims, pool.name)
}

// share is the share of one pool.
type share struct {
	r    *Runtime
	name string
	tell func(supervisor.Event) // of machines; nil: nobody wants to know
}

// Share implements supervisor.Shared.
func (r *Runtime) Share(tell func(supervisor.Event)) supervisor.Share {
	s := r.members
	s.mu.Lock()
	s.shares.next++
	one := &share{r: r, tell: tell, name: strconv.Itoa(s.shares.next)}
	s.shares.own[one] = 0
	s.mu.Unlock()
	_ = r.connect() // Check has reported it
	return one
}

// Room implements supervisor.Share.
func (p *share) Room(wish int) (containers int, changed <-chan struct{}) {
	s := p.r.members
	s.mu.Lock()
	defer s.mu.Unlock()
	if had, open := s.shares.own[p]; open && had != wish {
		s.shares.own[p] = max(wish, 0)
		s.wished()
	}
	return s.room(p, time.Now())
}

// Close implements supervisor.Share.
func (p *share) Close() {
	s := p.r.members
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, open := s.shares.own[p]; open {
		delete(s.shares.own, p)
		s.wished()
	}
}

// wished has the others hear what this caller wishes now. The caller holds mu.
func (s *members) wished() {
	s.ring(time.Now())
	select {
	case s.shares.wished <- struct{}{}:
	default:
	}
}

// hearWish takes the wish of a caller.
func (s *members) hearWish(w wish, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	had, known := s.shares.rivals[w.Caller]
	switch {
	case w.Caller == s.shares.self || w.Version != s.version || !known && len(s.shares.rivals) >= mostCallers:
		return
	case w.Wish == 0:
		delete(s.shares.rivals, w.Caller)
	default:
		s.shares.rivals[w.Caller] = rival{wish: w.Wish, heard: now}
	}
	if had.wish != w.Wish {
		s.ring(now)
	}
}

// forgetRivals forgets those that say nothing any more. The caller holds mu.
func (s *members) forgetRivals(now time.Time) {
	for id, r := range s.shares.rivals {
		if now.Sub(r.heard) > wishTime {
			delete(s.shares.rivals, id)
			s.ring(now)
		}
	}
}

// ownWish is what this caller wishes.
func (s *members) ownWish() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shares.total()
}
