package supervisor

// Attempt says which execution of a function this is.
type Attempt struct {
	Index     int // of the input, from 0
	Attempt   int // of this input, from 1; retries and re-runs count alike
	Container int // that executes it
}

// AttemptKey is the key under which the context of an attempt has an [Attempting],
// wherever it is executed: a mapper asks for it, a runtime answers on the other side.
type AttemptKey struct{}

// Attempting knows the attempt that executes now, if one does.
type Attempting interface {
	Attempt() (Attempt, bool)
}
