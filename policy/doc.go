// Package policy decides, and does nothing else. It is arithmetic on values: no goroutine, no clock, no I/O. The
// supervisor and the mapper report what happened and when, and are told what to do next; so each rule can be
// replayed from a table, and the same rules hold in production and in a testing/synctest bubble.
//
// Here is what callers set and meet: [Retries], [Permanent] and [RetryAfter], the crash policies [Ephemeral] and [Deployed], and the [Rule]
// that ended a run. The values that apply a crash policy are in internal/rules, with all formulae.
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
// # When crashes outweigh progress
//
// Crashes at start-up and crashes on inputs are different things. What follows is what ends a run under Ephemeral; under
// Deployed it opens the gate instead.
//
// At start-up: a container that crashes before it is ready, or with nothing to do, adds 1 to a debt; one that gets ready and
// an input that finishes take 1 off. The first crash of each container since then is free, so a pool that dies in one blow is
// no evidence. A run ends at a debt of ColdDebt if no container ever came to work, or at Debt if it has stood for Sustain
// and nothing or only a minority works.
//
// On inputs: counted is how many different inputs have crashed one after the other since one last finished, with a value or
// an error. An input that crashed before does not count again, and what was begun before the first of these crashes does not
// either. What is tried next is an input from anywhere else. So bad inputs never end a run as long as good ones are found
// among them, wherever they stand. A run ends when ColdInputs of them have crashed and none ever finished (Debt of them, if
// that has taken as long as Probation), or when 32 have, for Sustain, and at most half of the containers work. After each 32
// no container that crashed is started for a while, 0.25 s at first and up to 8 s, so that an outage may pass; a finished
// input ends that wait at once. The last few inputs of a run, and any that crashes again and again, fail by their own crash
// limit.
//
// # Deployed functions
//
// They are never given up. A gate stops all starts for GateInitialDelay, then ever longer up to GateMaxDelay, and after
// each wait lets one container through, the canary. One that finishes an input or lives for Probation opens the way for
// others. Where inputs opened the gate (32 of them, or Debt in Probation), any input that finishes closes it, and a container
// that finds no work proves nothing, however long it lives. One container that keeps crashing at start-up
// beside healthy ones waits by itself, InitialDelay up to MaxDelay.
//
// # Where the numbers come from
//
// [Modal], whose map and crash handling are the model, publishes none. These were chosen by simulation against OTP,
// systemd, Nomad, Spark, suture and Kubernetes: no healthy pool of 8, 64 or 1,000 containers was cut off in 13
// scenarios, and no dead one was missed.
//
// ColdInputs decides between inputs of which nine in ten are bad and a function that never works. In runs of 2,000 to 4,000
// inputs, 90 % of them bad at random, on 1 to 1,000 containers, a limit of 32 ended up to 100 % of the runs, 64 up to 33 %,
// 96 up to 3.5 %; with half or four in five of the inputs bad, 96 ended none. At 95 % it is up to 52 %, which may pass for a
// function that does not work.
//
// Refused: a debt for crashes on inputs as well, because three bad rows at the head of a table then fail a thousand good
// ones; counting crashes in a window of time, because it depends on the number of containers; and a longer and longer wait
// for each container that crashed on an input, because it only holds up the good ones.
//
// [Modal]: https://modal.com/docs
package policy
