// Package guard calls what is not ours: the methods and functions of users' values.
//
// A call runs on a goroutine of its own, so that nobody waits for it longer than [Patience] and no
// lock of the caller is held across it. A panic, runtime.Goexit, and a call that does not return are
// a [Failure], which says what happened in plain data. A call that was given up goes on by itself;
// while a few of one owner do, no further one is begun, so that they do not pile up.
//
// What cannot be guarded against: a method that calls itself without end overflows its stack, and Go
// ends the process for that, whoever called. So does a fatal error of the runtime, as one for a map
// that is written to while it is read.
package guard
