// Package park is where goroutines without work sleep: a [Lot] for many of a kind, a
// [Waiter] for one that waits for a condition.
//
// Nobody here is woken once per input. Waking a goroutine on another core costs 60 to
// 90 µs on Linux (the thief sleeps before it may take what another core has just
// readied), so those who wait look again a few times before they sleep, and are woken when
// there is a good deal to do or nothing else going on.
package park

// Spins is how often to look again, with a yield in between, before sleeping.
const Spins = 16
