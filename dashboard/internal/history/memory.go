package history

import (
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// memory is what containers use at one moment, in bytes. Those that do not know it count as none.
type memory struct {
	each  []mapper.ContainerView
	all   int64
	most  int64 // of one of them
	limit int64 // of that one; 0: none
}

// weigh asks the containers of r's own, if they come from a runtime: goroutines have no memory of their own.
func (r *record) weigh(v mapper.View) (m memory) {
	if r.above != nil || !r.gauged {
		return m
	}
	m.each = v.Containers()
	for _, c := range m.each {
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

// usage is the memory of one container over time.
type usage struct {
	kept  ring[MemoryAt]
	peak  int64
	limit int64
}

const maxUsage = 120 // seconds

// weighed takes in what the containers use that live, and of whose start was told.
func (c *crew) weighed(m memory, now time.Time) {
	for _, v := range m.each {
		if l := c.lives[v.ID]; l != nil && l.ended.IsZero() && v.Memory > 0 {
			if l.usage == nil {
				l.usage = &usage{kept: ring[MemoryAt]{limit: maxUsage}}
			}
			l.usage.kept.put(MemoryAt{Time: now, Bytes: v.Memory})
			l.usage.peak, l.usage.limit = max(l.usage.peak, v.Memory), v.MemoryLimit
		}
	}
}

// used is what a container has used, nil if that is not known. What it died at counts, too: it may have grown within a second.
func (l *life) used(recycle int64) *MemoryUse {
	m := &MemoryUse{Recycle: recycle, Series: []MemoryAt{}}
	if u := l.usage; u != nil {
		m.Peak, m.Limit, m.Series = u.peak, u.limit, u.kept.inOrder()
	}
	if l.crash != nil && l.crash.Error != nil && l.crash.Error.Crash != nil {
		m.Peak = max(m.Peak, l.crash.Error.Crash.PeakMemory)
	}
	if m.Peak == 0 {
		return nil
	}
	return m
}
