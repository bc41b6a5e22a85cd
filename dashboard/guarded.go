package dashboard

import (
	"net/http"
	"time"

	"github.com/longshore-go/longshore/policy"
)

// guarded is what stands before all that a dashboard answers, however it is served. It refuses names
// that are not known and what other origins ask for, gives a body its time, and tells browsers what
// pages may do: nothing but what they are made of.
func (d *Dashboard) guarded(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	for _, origin := range d.opts.TrustedOrigins {
		if err := cross.AddTrustedOrigin(origin); err != nil {
			panic(&policy.InvalidError{Field: "TrustedOrigins", Value: origin, Reason: err.Error()})
		}
	}
	return hurried(d.mounted(cross.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", contentPolicy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "same-origin")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Longshore-Start", d.hub.Start)
		next.ServeHTTP(w, r)
	}))))
}

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// bodyPatience is how long the body of a request may take. Also one that is refused is read, by the
// server, as far as it must to use the connection again.
const bodyPatience = 10 * time.Second

// hurried gives a body its time. Whoever streams an answer takes the deadline back.
func hurried(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyPatience)) // an error: the server has none
		}
		next.ServeHTTP(w, r)
	})
}
