// Package hostile has what a function may do to those around it: errors and panic values whose methods panic, never
// return, lie or never end, typed nils, errors of something nested, and ends that are no return. The tests of whatever
// calls methods of the user's, or carries what a function has left, take their [Kinds] from here.
//
// A table test here has each kind come in through each door, in a process of its own: it lives, the input gets a clear
// error, the others succeed, and nothing is left behind.
//
// What no Go program survives is no kind: a stack that overflows, a map that is written to while it is read.
package hostile
