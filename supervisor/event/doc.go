// Package event is what pools tell: [Event], who is told, [Observer], and the way between them,
// [Events].
//
// An observer never delays the work. It has a queue of its own, which a goroutine empties. The queue is
// bounded, and what finds no room is dropped and counted. What comes in numbers has half of it, other
// events the whole. The ends of containers have room besides, and the ends of runs, functions and crash
// loops have more: an observer that is slow is told of them nevertheless, and also after [Events.Close]
// has given up waiting for it.
//
// An observer is the user's code. One that panics, or calls runtime.Goexit, loses that event and gets
// the next one; the others are told by an ObserverFailed.
package event
