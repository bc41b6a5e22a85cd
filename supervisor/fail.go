package supervisor

import "errors"

var errGivenUp = errors.New("supervisor: given up")

// Fail gives the container up as crashed with err: for one that is stuck where nobody
// can reach it, as a start that ignores its deadline. Its goroutine is left to itself as
// after [Container.Abandon], and counted like one abandoned; but the pool decides about
// it as about any crash, at start-up or idle by its readiness. Config.Crashed is called
// before Fail returns, on the caller's goroutine; what the stuck goroutine does later is
// told to nobody. After the end of the pool's context it is no crash of the pool.
//
// It reports false, and does nothing, if the container's end was decided before. A nil
// err stands for one that says that the container was given up. Safe for concurrent use;
// it never blocks for long, but for what Config.Crashed does.
func (c *Container) Fail(err error) bool {
	s := c.pool
	late := s.ctx.Err() != nil
	if !c.giveUp(lost | stuck) {
		return false
	}
	if err == nil {
		err = errGivenUp
	}
	d := s.examine(c, asCrash(c, err), !late)
	if late {
		s.tell(message{kind: abandoned, container: c})
	} else {
		s.tell(message{kind: failed, container: c, death: d})
	}
	return true
}
