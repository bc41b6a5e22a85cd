// Package outputs is what comes of a function with many outputs for each input: a buffer for
// each input, where its outputs wait, and the stream that a reader takes them from, in order
// or as they come.
//
// It knows nothing of runs: who executes an input pushes its outputs, whoever takes the
// results of the run says how each input has ended, and the reader reads.
package outputs
