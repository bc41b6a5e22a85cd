// Package work says what is measured: the workloads, and the job that every
// implementation is handed. It imports nothing of Longshore or of its peers,
// so that a floor stays a floor and cmd/memory measures no one's init code.
package work
