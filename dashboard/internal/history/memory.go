package history

import "github.com/longshore-go/longshore/mapper"

// memory is what containers use at one moment, in bytes. Those that do not know it count as none.
type memory struct {
	all   int64
	most  int64 // of one of them
	limit int64 // of that one; 0: none
}

// weigh asks the containers of r's own, if they come from a runtime: goroutines have no memory of their own.
func (r *record) weigh(v mapper.View) (m memory) {
	if r.above != nil || !r.gauged {
		return m
	}
	for _, c := range v.Containers() {
		m.all += c.Memory
		if c.Memory > m.most {
			m.most, m.limit = c.Memory, c.MemoryLimit
		}
	}
	return m
}

// weighed adds it to the latest sample.
func (p *pace) weighed(m memory) {
	if s := p.samples.newest(); s != nil {
		s.Memory, s.MemoryMost, s.MemoryLimit = m.all, m.most, m.limit
	}
}
