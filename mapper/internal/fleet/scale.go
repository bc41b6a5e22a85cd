package fleet

import "time"

// Scale says how many containers a lasting pool has.
type Scale struct {
	Min, Max, Buffer int
	Window           time.Duration
}

// within is what holds of it where there is room for so many.
func (s Scale) within(room int) Scale {
	s.Max = min(s.Max, room)
	s.Min = min(s.Min, s.Max)
	return s
}

// wanted is how many containers there should be for work that takes so many.
func (s Scale) wanted(busy, needed int) int {
	n := busy + needed
	if n > 0 {
		n += s.Buffer
	}
	return min(max(n, s.Min), s.Max)
}
