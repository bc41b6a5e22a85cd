package supervisor

// Expanded is the value of an attempt of a function that adds inputs to its run, see mapper.Expanding, as a [Runtime]
// reports it: with what the attempt has added, in the order in which it did.
type Expanded[In, Out any] struct {
	Value Out
	Added []In

	// Identities are those of Added, one for each, where the run asks for them (mapper.Frontier.Unique). They are
	// asked for where the function runs: it is the user's code, and what it does is the attempt's.
	Identities []string
}
