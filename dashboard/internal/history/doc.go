// Package history keeps what a dashboard shows: it watches runs and functions, takes in
// their events, and answers questions with values that nothing changes any more.
//
// Counts come from the runs themselves and are exact. Stories of inputs and containers come from
// events, of which some may be lost, and are kept within bounds: the newest, and those
// where something went wrong.
//
// # What is kept of a run or a function
//
//   - the numbers of the last 300 seconds, one sample each, and the durations of all attempts
//     in a histogram of two digits
//   - 10,000 inputs that something went wrong with, those heard of last, with 8 attempts each
//   - 10,000 ends of attempts, 1,000 of them after its own end; several inputs that were told of
//     together are one
//   - 100 causes of failures and crashes, 200 crashes with their stacks
//   - the containers that live, and 1,000 that have ended; 10,000 changes of state
//   - what worker processes have printed: 64 KiB of each, 8 MiB of all
//   - the values of 1,000 failed calls of a function, to be retried, until it is stopped
//
// Inputs are not kept otherwise: what is shown of them is what Describe says. A run that ends is
// let go of as soon as its last numbers are read; Options.Keep of them stay on record.
//
// # How it is kept
//
// A record has a lock of its own. An event takes the lock of its run, and that of the function
// whose containers serve it, one after the other and never together; what is the user's code
// (Describe, the methods of errors) is called outside of them. A question copies what it
// needs and puts it into words after that.
package history
