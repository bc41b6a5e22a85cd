// Package record is what all journals do alike, wherever they keep their rows: keys of inputs ([Keyer]), values
// ([Valuer]) and failures as they are written, which row is which input's ([Lookup]), what a row says of its input
// ([Recall]), and whether a journal is that of a run ([Agree]).
//
// A row is what has become of an input. It has a place, a key, a state, and a value or the text of a failure.
package record
