// Package backlog holds the inputs of a run that are taken, not settled, and in no container,
// and says which input is tried next: those that wait for a retry, those that were in a crash,
// and what a container has claimed and not begun. A waiting input holds a place in the window
// and nothing else.
//
// An input is fresh until it executes in a crash; then it is struck, until it succeeds. Which
// is taken when is rule 3 of the crash rules:
//
//   - While all is well: a struck input that has its control, then due retries, then fresh
//     inputs, the lowest first.
//   - After a fresh input has crashed and until something finishes: a probe, which is one fresh
//     input drawn at random from all that are in reach, alone.
//   - Where no fresh input is in reach: due retries, then struck inputs.
//
// The control of a struck input is any input that has finished and was begun after its last
// crash: only beside one that works is it convicted. (Something begun before that crash
// proves nothing. In simulation that rule convicted up to 2,700 innocents in a flapping outage.)
package backlog
