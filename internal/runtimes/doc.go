// Package runtimes holds no code: its tests hold every runtime to what the mapper's
// contract says, goroutines and worker processes alike.
//
// The tests of a contract table run once in each. What only a process can survive, or
// leave behind, is tested on Linux, where /proc says who is left.
package runtimes
