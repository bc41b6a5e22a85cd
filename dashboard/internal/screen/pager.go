package screen

import (
	"net/url"
	"strconv"
)

// PageSize is how many rows a page has.
const PageSize = 50

// Pager says which part of a list a page shows, and leads to the parts beside it.
type Pager struct {
	From, To, Total int
	Previous, Next  string // queries, empty where there is none
}

func pager(q url.Values, offset, shown, total, size int) Pager {
	if size <= 0 {
		size = PageSize
	}
	p := Pager{From: min(offset+1, total), To: min(offset+shown, total), Total: total}
	if offset > 0 {
		p.Previous = reach(q, max(offset-size, 0))
	}
	if offset+shown < total && shown > 0 {
		p.Next = reach(q, offset+shown)
	}
	return p
}

// reach is the query with another offset. It is never empty: an empty reference would keep the
// query of the page that it stands on.
func reach(q url.Values, offset int) string {
	next := url.Values{"offset": {strconv.Itoa(offset)}}
	for k, v := range q {
		next[k] = v
	}
	return "?" + next.Encode()
}
