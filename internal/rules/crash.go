package rules

import "time"

// Crash is a crash of a container as the rules see it. There are two kinds, which have nothing in common: those in which
// an input was executing, and the others, which are those of a start.
type Crash struct {
	Lineage int
	Now     time.Time

	// Starting says that no input was executing: the container was not ready, or had nothing to do. Then the fields
	// below do not matter.
	Starting bool

	Fresh   bool      // no executing input was in a crash before; else the crash speaks against the input
	Begun   time.Time // when the attempt that crashed was begun
	InReach bool      // a fresh input may be begun now
	Wanted  int       // containers of the function
}
