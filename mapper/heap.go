package mapper

// retries is a heap by due time; at equal times the lower index first.
type retries[In, Out any] []*record[In, Out]

func (r retries[In, Out]) Len() int { return len(r) }

func (r retries[In, Out]) Less(i, j int) bool {
	if r[i].due != r[j].due {
		return r[i].due < r[j].due
	}
	return r[i].index < r[j].index
}

func (r retries[In, Out]) Swap(i, j int) { r[i], r[j] = r[j], r[i] }

func (r *retries[In, Out]) Push(x any) { *r = append(*r, x.(*record[In, Out])) }

func (r *retries[In, Out]) Pop() any {
	old := *r
	last := len(old) - 1
	rec := old[last]
	old[last] = nil
	*r = old[:last]
	return rec
}
