// Package history keeps what a dashboard shows: it watches runs and functions, takes in
// their events, and answers questions with values that nothing changes any more.
//
// Counts come from the runs themselves and are exact. Stories of inputs and containers come from
// events, of which some may be lost, and are kept within bounds: the newest, and those
// where something went wrong.
package history
