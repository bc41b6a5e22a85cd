// Package stream keeps the journal of a run in JetStream: a stream for each run, with one subject.
//
// A message is rows, as many as were committed together, or the beginning of a life: who owns the stream from there on, and
// the manifest. The last row of a place counts. Each message says which one it comes after, and the server refuses it where
// that is not the last: so nobody writes behind the beginning of another's life, however long it stood still. Who may begin
// one says a lease in a bucket of keys and values.
package stream
