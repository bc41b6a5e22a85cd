package mapper

// tally is the inputs that are settled.
type tally struct{ succeeded, failed, cancelled int }

func (t tally) sum() int { return t.succeeded + t.failed + t.cancelled }

func (t tally) plus(o tally) tally {
	return tally{t.succeeded + o.succeeded, t.failed + o.failed, t.cancelled + o.cancelled}
}

func (t tally) minus(o tally) tally {
	return tally{t.succeeded - o.succeeded, t.failed - o.failed, t.cancelled - o.cancelled}
}

// most is the greater of each: what is settled does not come back.
func (t tally) most(o tally) tally {
	return tally{max(t.succeeded, o.succeeded), max(t.failed, o.failed), max(t.cancelled, o.cancelled)}
}
