package cluster

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDivide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n      int
		wishes []int
		want   []int
	}{
		{12, []int{20}, []int{12}},
		{12, []int{20, 30}, []int{6, 6}},
		{12, []int{2, 30}, []int{2, 10}},
		{12, []int{2, 30, 0, 30}, []int{2, 5, 0, 5}},
		{10, []int{9, 9, 9}, []int{3, 3, 4}},
		{2, []int{9, 9, 9}, []int{0, 1, 1}},
		{0, []int{1}, []int{0}},
		{5, []int{1, 1}, []int{1, 1}},
		{100, []int{50, 50, 10, 5}, []int{42, 43, 10, 5}},
	} {
		var claims []claim
		for i, wish := range c.wishes {
			claims = append(claims, claim{fmt.Sprint(i), wish})
		}
		parts := divide(c.n, claims)
		for i, want := range c.want {
			require.Equal(t, want, parts[fmt.Sprint(i)], "%+v", c)
		}
	}
}

// TestShares: what a caller may have follows what others wish, and its pools share it.
func TestShares(t *testing.T) {
	t.Parallel()
	now := time.Now()
	r := New(Options{Local: 1})
	s := r.members
	one, two := &share{r: r, name: "1"}, &share{r: r, name: "2"}
	s.shares.own[one], s.shares.own[two] = 0, 0
	s.hear(hello{ID: newToken(), Version: Version(), Slots: 12, Free: 12}, now)
	room := func(p *share, wish int) int {
		n, _ := p.Room(wish)
		return n
	}
	require.Equal(t, 12, room(one, 100))
	require.Zero(t, room(two, 0), "the other wishes all")
	require.Equal(t, 6, room(two, 100))
	require.Equal(t, 6, room(one, 100))
	id := newToken()
	_, changed := one.Room(100)
	s.hearWish(wish{Caller: id, Version: Version(), Wish: 4}, now)
	<-changed
	require.Equal(t, 4, room(one, 100))
	require.Equal(t, 4, room(two, 100))
	s.hearWish(wish{Caller: newToken(), Version: "another", Wish: 4}, now)
	require.Equal(t, 4, room(two, 100))
	s.hearWish(wish{Caller: id, Version: Version(), Wish: 100}, now)
	require.Equal(t, 3, room(one, 100))
	two.Close()
	two.Close()
	require.Equal(t, 6, room(one, 100))
	s.hearWish(wish{Caller: id, Version: Version()}, now)
	require.Equal(t, 12, room(one, 100))
	s.hearWish(wish{Caller: id, Version: Version(), Wish: 100}, now)
	var deserted bool
	s.look(now.Add(wishTime+time.Millisecond), true, time.Hour, &deserted)
	require.Equal(t, 12, room(one, 100), "it is not heard any more")
	for range 2 * mostCallers {
		s.hearWish(wish{Caller: newToken(), Version: Version(), Wish: 1}, now)
	}
	require.Len(t, s.shares.rivals, mostCallers)
}
