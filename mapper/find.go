package mapper

// try visits a run and finds something to do there.
func (w *worker[In, Out]) try(e *engine[In, Out], eager bool) (*engine[In, Out], *chunk[In, Out], []*chunk[In, Out]) {
	if !w.visit(e) {
		return nil, nil, nil
	}
	if e.batcher != nil {
		if n := w.permit(e.batcher.size()); n > 0 {
			if batch := e.batcher.form(w, n); batch != nil {
				return e, nil, batch
			}
		}
	} else if n := w.permit(w.want); n > 0 {
		if ch := w.find(e, eager); ch != nil {
			w.trim(e, ch, n)
			return e, ch, nil
		}
		w.unused(n)
	}
	return nil, nil, nil
}

// find takes something to do from a run. What waits for another attempt goes before
// fresh inputs, suspects after them.
func (w *worker[In, Out]) find(e *engine[In, Out], eager bool) *chunk[In, Out] {
	if ch := e.todo.take(e.fresh, w.proven); ch != nil {
		if len(ch.in) > 1 {
			w.p.lot.nudge() // to take half of it
		}
		return ch
	}
	if ch := w.claim(e, eager); ch != nil {
		return ch
	}
	if e.wide.Load() > 0 {
		return w.steal(e)
	}
	return nil
}

// claim takes fresh inputs. Where more are left, a sleeper is woken to come for them,
// and so on: nobody wakes everybody.
func (w *worker[In, Out]) claim(e *engine[In, Out], eager bool) *chunk[In, Out] {
	if e.src.waiting() == 0 {
		return nil
	}
	ch := e.depot.get()
	if !e.src.claim(ch, w.want, eager) {
		e.depot.put(ch)
		return nil
	}
	if e.src.waiting() > 0 {
		w.p.lot.nudge()
	}
	return ch
}
