// Package engine is one run: which inputs a worker takes next, how it executes them, what
// becomes of each, and how the finished ones are delivered.
//
// An input's way through it is a straight line with one way back:
//
//	source → worker → settle → sink → emitter
//	            ↑________│ (backlog: retry at T, re-run)
//
// The workers are those of a pool (package fleet), which may serve other runs as well: the
// [Scheduler] says which. Nothing here knows the user's types; what does is behind
// [chunk.Payload], [Executor] and [Batches].
package engine
