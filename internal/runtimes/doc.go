// Package runtimes holds every runtime to what the mapper's contract says: goroutines and worker processes here, and whatever
// else by [Run], from the tests of its package.
//
// The tests of a contract table run once in each place. What only a process can survive, or
// leave behind, is tested on Linux, where /proc says who is left.
package runtimes
