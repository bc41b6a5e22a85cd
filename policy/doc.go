// Package policy decides, and does nothing else. It is arithmetic on values: no goroutine, no clock, no I/O. The
// supervisor and the mapper report what happened and when, and are told what to do next; so each rule here can be
// replayed from a table, and the same rules hold in production and in a testing/synctest bubble.
//
// Here is what callers set and meet: Retries, Permanent and RetryAfter, the crash policies Ephemeral and Deployed, and the Rule
// that ended a run. What is computed with them while containers crash is in internal/rules.
//
// # Failures and crashes
//
// A failure is the function's answer for one input: an error, or no answer in time. It is charged to the input's
// Retries. A crash is the end of a container nobody asked for. It is charged to the input's crash limit
// and to the containers, and never uses up a retry.
//
// # Retries
//
// The delay before retry r, counted from 1, with Jitter j and x drawn from [0, 1):
//
//	d(r) = min(InitialDelay · BackoffCoefficient^(r-1), MaxDelay)
//	d(r) · (1-j) + d(r) · j · x
//
// # Where the numbers come from
//
// Modal, whose map and crash handling are the model, publishes none. These were chosen by simulation against OTP,
// systemd, Nomad, Spark, suture and Kubernetes: no healthy pool of 8, 64 or 1,000 containers was cut off in 13
// scenarios, and no dead one was missed.
package policy
