package cluster

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestPlacing: whatever happens to machines, a lease goes to one with the most free slots of those that may be used.
func TestPlacing(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	closed := map[string]bool{}
	s := newMembers(Options{Place: func(m Machine) bool { return !closed[m.ID] }}, newToken())
	now := time.Now()
	said := map[string]hello{}
	var leases []*lease
	for range 5000 {
		id := fmt.Sprint("m", dice.IntN(12))
		switch dice.IntN(8) {
		case 0:
			h := hello{ID: id, Version: s.version, Slots: 1 + dice.IntN(6)}
			h.Free = dice.IntN(h.Slots + 1)
			said[id] = h
			s.hear(h, now)
			s.remember(id, encode(h))
		case 1:
			if h, ok := said[id]; ok && s.again(encode(h), now) == "" {
				s.hear(h, now)
				s.remember(id, encode(h))
			}
		case 2:
			s.hear(hello{ID: id, Bye: true}, now)
		case 3:
			closed[id] = dice.IntN(2) == 0
			s.again(encode(said[id]), now)
		case 4, 5:
			if n := len(leases); n > 0 {
				i := dice.IntN(n)
				how := heard
				if dice.IntN(4) == 0 {
					how = full
				}
				s.give(leases[i], how)
				leases = append(leases[:i], leases[i+1:]...)
			}
		default:
			most := 0
			for _, m := range s.all {
				if !m.full && s.usable(m) {
					most = max(most, m.Slots-len(m.leases))
				}
			}
			l := &lease{id: newToken(), gone: make(chan struct{})}
			_, err := s.take(l, now)
			require.NoError(t, err)
			if most == 0 {
				require.Nil(t, l.m)
				continue
			}
			require.Equal(t, most, l.m.Slots-len(l.m.leases)+1)
			leases = append(leases, l)
		}
	}
}

// TestHelloAgain: a hello that is not read again counts like the first one.
func TestHelloAgain(t *testing.T) {
	t.Parallel()
	s := newMembers(Options{}, newToken())
	now := time.Now()
	h := hello{ID: "m", Version: s.version, Slots: 2, Free: 1}
	text := encode(h)
	require.Empty(t, s.again(text, now))
	s.hear(h, now)
	s.remember("m", text)
	l := &lease{id: newToken(), gone: make(chan struct{})}
	_, err := s.take(l, now)
	require.NoError(t, err)
	s.give(l, full)
	freed, err := s.take(&lease{id: newToken()}, now)
	require.NoError(t, err)
	require.NotNil(t, freed, "it is full")
	now = now.Add(time.Minute)
	require.Equal(t, "m", s.again(text, now))
	<-freed
	require.Nil(t, s.free[0].leases[l.id])
	deserted := false
	s.look(now.Add(time.Second), false, 2*time.Second, &deserted)
	require.Len(t, s.all, 1, "it is heard")
	s.hear(hello{ID: "m", Version: s.version, Slots: 3, Free: 3}, now)
	s.remember("m", []byte("another"))
	require.Empty(t, s.again(text, now), "it has said something else since")
	s.hear(hello{ID: "m", Bye: true}, now)
	require.Empty(t, s.again([]byte("another"), now))
	require.Empty(t, s.free)
	require.Empty(t, s.said)
}

// BenchmarkTake is a lease of one of ten thousand slots, each on a machine of its own, and its end.
func BenchmarkTake(b *testing.B) {
	s := newMembers(Options{}, newToken())
	now := time.Now()
	for i := range 10_000 {
		s.hear(hello{ID: fmt.Sprint("m", i), Version: s.version, Slots: 1, Free: 1}, now)
	}
	l := &lease{id: newToken(), gone: make(chan struct{})}
	for b.Loop() {
		if _, err := s.take(l, now); err != nil {
			b.Fatal(err)
		}
		s.give(l, heard)
	}
}

// BenchmarkHello is one of ten thousand machines that says what it has said before.
func BenchmarkHello(b *testing.B) {
	r := New(Options{})
	text := make([][]byte, 10_000)
	for i := range text {
		text[i] = encode(hello{ID: newToken(), Version: Version(), Host: "somewhere", PID: i, Slots: 1, Free: 1})
		h, _ := parseHello(text[i])
		r.members.hear(h, time.Now())
		r.members.remember(h.ID, text[i])
	}
	for i := 0; b.Loop(); i++ {
		r.members.again(text[i%len(text)], time.Now())
	}
}
