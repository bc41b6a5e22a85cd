// Package show says in a text what a value of the user's is, whatever the value does.
//
// A text has at most as many bytes as its limit, and ends in … where something was cut off. What is
// long is cut before it is copied, and the text never keeps the value in memory.
//
// Of an error its Error is called, of any other value its String, if it has one, under guard (see
// package guard): one that panics, calls runtime.Goexit or does not return within a second is told as
// that. Of what is within a value no method is called, nor are Format, GoString and those of
// encoding/json: a value without a method of its own is shown by what it is made of, as by fmt's %v.
// A value that contains itself is cut off where it is nested too deep. Of a map the type and the
// number of elements are shown: another goroutine may write to it, which Go does not survive.
package show
