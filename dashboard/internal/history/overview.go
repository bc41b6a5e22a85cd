package history

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/longshore-go/longshore/mapper"
)

// Bounds of a page.
const (
	defaultLimit = 50
	maxLimit     = 500
)

// Overview is all functions and runs that match.
func (b *Book) Overview(f RunFilter) Overview {
	now := time.Now()
	b.mu.RLock()
	o := Overview{Now: now, Start: b.start, UpSince: b.since, Gone: b.gone, Runs: []Run{}}
	all := make([]*record, 0, len(b.runs))
	for _, r := range b.runs {
		all = append(all, r)
	}
	b.mu.RUnlock()

	rows, lost := make([]row, 0, len(all)), losses{}
	for _, r := range all {
		one := r.row()
		if one.ended.IsZero() {
			o.Live++
		} else {
			o.Ended++
		}
		if one.status == CrashLooping {
			o.Looping++
		}
		o.Sums.add(one.counts)
		lost.add(r)
		if f.match(one) {
			rows = append(rows, one)
		}
	}
	slices.SortFunc(rows, row.compare)
	o.Total, o.Losses = len(rows), lost.list()
	if !f.Sort.Known() {
		rows = paged(rows, f.Offset, f.Limit)
	}
	for _, one := range rows {
		o.Runs = append(o.Runs, one.r.brief(one.r.lookAt(now)))
	}
	if f.Sort.Known() {
		f.Sort.sort(o.Runs)
		o.Runs = paged(o.Runs, f.Offset, f.Limit)
	}
	return o
}

// row is what runs are selected and ordered by.
type row struct {
	r      *record
	status Status
	ended  time.Time
	counts mapper.Counts
}

func (r *record) row() row {
	v := r.live()
	waits := r.above != nil && r.above.looping()
	var counts mapper.Counts
	if v != nil {
		counts = v.Counts()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if v == nil {
		counts = r.counts
	}
	one := row{r: r, status: Running, ended: r.ended, counts: counts}
	switch {
	case !r.ended.IsZero():
		one.status = r.status
	case counts.Paused:
		one.status = Paused
	case r.loop.on:
		one.status = CrashLooping
	case waits:
		one.status = Waiting
	}
	return one
}

// looping reports that its containers are crash-looping.
func (r *record) looping() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.loop.on
}

func (f RunFilter) match(one row) bool {
	status := f.Status == "" || f.Status == one.status || f.Status == Running && one.ended.IsZero()
	return status && (f.Parent == 0 || f.Parent == one.r.parent) && contains(one.r.name, f.Text)
}

// compare puts what is crash-looping first, then functions that live, then runs that live, the latest
// first, then what has ended, the latest first.
func (a row) compare(b row) int {
	return cmp.Or(
		first(a.ended.IsZero(), b.ended.IsZero()),
		b.ended.Compare(a.ended),
		first(a.status == CrashLooping, b.status == CrashLooping),
		first(a.r.function && a.ended.IsZero(), b.r.function && b.ended.IsZero()),
		cmp.Compare(b.r.id, a.r.id),
	)
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	default:
		return 1
	}
}

// contains reports that text contains part, whatever the case.
func contains(text, part string) bool {
	return part == "" || strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// paged is the part of a list from offset on, of at most limit items.
func paged[T any](all []T, offset, limit int) []T {
	if limit <= 0 {
		limit = defaultLimit
	}
	from := min(max(offset, 0), len(all))
	return all[from:min(from+min(limit, maxLimit), len(all))]
}
