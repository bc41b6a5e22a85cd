package mapper

import (
	"runtime"
	"time"
)

// After the caller's context has ended, a reader who takes no result while the sender
// looks so many times, or later within linger, is taken to have left.
const (
	glimpses = 500_000 // some 100 ms of yielding
	linger   = 200 * time.Millisecond
)

// send is the goroutine between the run and its channel.
func (r *Run[In, Out]) send() {
	defer close(r.sent)
	defer close(r.channel)
	r.emit(func(res Result[In, Out]) bool {
		select {
		case r.channel <- res:
			return true
		default:
		}
		sent := r.sendSlow(res)
		r.unread.CompareAndSwap(false, !sent)
		return sent
	})
}

// sendSlow waits for a slow reader while the run's caller wants results, and for one
// who may have left only for a while.
func (r *Run[In, Out]) sendSlow(res Result[In, Out]) bool {
	select {
	case r.channel <- res:
		return true
	case <-r.h.e.Caller().Done():
	case <-r.h.e.Stopped():
	}
	if !r.seen {
		r.seen = r.glimpse(res)
		return r.seen
	}
	timer := time.NewTimer(linger)
	defer timer.Stop()
	select {
	case r.channel <- res:
		return true
	case <-timer.C:
		return false
	}
}

// glimpse finds out whether somebody still reads after the caller's context has
// ended. It yields instead of sleeping: nobody may ever advance the clock again, as
// at the end of a synctest bubble.
func (r *Run[In, Out]) glimpse(res Result[In, Out]) bool {
	for range glimpses {
		select {
		case r.channel <- res:
			return true
		default:
			runtime.Gosched()
		}
	}
	return false
}
