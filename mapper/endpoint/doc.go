// Package endpoint serves a deployed function over HTTP: [New] makes an http.Handler of
// a *mapper.Function. The server, its routes, TLS and limits on slow clients (ReadTimeout)
// are the caller's.
//
// # Requests
//
// A request is a POST whose body is one JSON value, at most Options.MaxBody long, which is
// decoded into In as encoding/json does: names match in any case, and fields that In does
// not have are ignored, so that clients may be newer than the function. An In that wants
// it otherwise has an UnmarshalJSON of its own. A Content-Type is not needed; one that is
// given must be application/json. A browser that asks for a page of another origin is refused, also
// without a Content-Type: see Options.TrustedOrigins. Who else may ask is for the caller's
// middleware to say.
//
// # Answers
//
// The answer to a call that succeeds is 200 with Out as JSON. Every other answer is a JSON
// object, see below, with one of these codes:
//
//	400  the body is not one JSON value that fits In
//	403  a page of another origin asks, and is not trusted
//	405  the method is not POST; Allow says so
//	413  the body is longer than MaxBody
//	415  the Content-Type is not application/json
//	429  the function has accepted as many calls as it may (mapper.ErrQueueFull)
//	500  the function returned an error (see Options.Status), crashed on this input as
//	     often as it may, or returned a value that is no JSON
//	503  the function is crash-looping, is stopped, or has given up; or the request's context was
//	     cancelled, as by the end of the server's BaseContext
//	504  an attempt has exceeded the function's Timeout, or the request that of Options
//
// 429, and 503 in a crash loop, have a Retry-After in whole seconds, 1 at least: the time
// until the next container may start, where that is known. A client that has gone away gets no
// answer: its call is cancelled and its connection aborted with http.ErrAbortHandler.
//
// # The error object
//
//	error       what is wrong, for a reader; always there
//	offset      400: how many bytes of the body had been read when it was found wrong
//	field       400: the field of In that its value does not fit, as a.b.c
//	cause       503: what the containers crash with
//	since       503: when the crash loop began, as RFC 3339 has it
//	next_start  503: when the next container may start, where that is known
//
// A crash is told as what it was, a panic for example. What was panicked with and the
// stack never leave the program: they are in the *supervisor.CrashError that
// Options.Observer of the function is given. Options.HideErrors holds back the texts of
// errors as well.
//
// # In a crash loop
//
// While the function crash-loops because its containers cannot start, a request is refused
// with 503 before it is queued, unless a container is there that serves: one that has
// finished an input, or that is idle, since a request is what proves the first container
// after an outage.
//
// Where inputs that crashed opened the loop, any that finishes ends it. So one request at a
// time is let in for the next container that is tried, and one for each that is idle; the
// others get 503. After each crash whoever asks first is let in: one client's bad inputs
// cannot be all that is ever tried. Each handler counts for itself.
//
// A call that waits when the crash loop begins waits on, until a container lives or Timeout
// has passed.
//
// # Inputs that crash
//
// A call whose input has crashed is tried again, CrashLimit times in all. While nothing else has finished since
// then, that is after 1 s to 30 s: so on a quiet function its client may get 504 from Timeout before it gets 500.
// With CrashLimit 1 it gets 500 at once.
package endpoint
