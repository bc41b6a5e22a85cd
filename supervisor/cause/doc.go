// Package cause says which failures are the same failure.
//
// Two thousand failed inputs are seldom two thousand problems: they are three, and each has a
// name. [Of] finds it: the type of the error and what it says, without what differs from input
// to input, which is numbers, quoted strings, file names and addresses. Of a panic it is the
// message and the function that panicked. [Groups] counts by it.
//
// Whatever this package returns is fit to be shown: short, valid UTF-8, one line, without
// control characters and escape sequences. Errors come from anywhere, and some quote what a
// stranger has sent.
package cause
