// Package durable is what a run and its journal say to each other, so that the run outlives its
// process: the [Log] that a journal opens for it (package internal/logbook), and the [Keeper], which keeps it.
//
// A finished input is recorded before anybody is told of it. An input that is recorded when the
// run begins is known: no container sees it, it is recalled from the log, and goes from there
// like any other finished one.
//
// Recording and recalling are done by one goroutine for each run, the keeper's, so that no
// container waits for a disk. What the run has to do about it is behind [Run].
package durable
