package endpoint

import (
	"net/http"
	"time"
)

// notice is how long we wait for the news that a client has hung up. The server cancels the request's
// context first, and tells then; a wait for both would be for ever where the client is still there.
const notice = 100 * time.Millisecond

// gone reports that the client has hung up. The context of a request tells no difference between that
// and the end of the server's own context, by which programs end in order while clients wait for an
// answer. CloseNotify does. It is deprecated as a way to wait for the end of a request, which is not
// what it is asked for here.
func gone(w http.ResponseWriter) bool {
	for {
		switch t := w.(type) {
		case interface{ CloseNotify() <-chan bool }:
			timer := time.NewTimer(notice)
			defer timer.Stop()
			select {
			case <-t.CloseNotify():
				return true
			case <-timer.C:
				return false
			}
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
		default:
			return false
		}
	}
}
