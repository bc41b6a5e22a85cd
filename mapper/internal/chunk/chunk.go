package chunk

// Chunk is a few consecutive inputs. A container claims a chunk at a time, executes it from
// its first input to its last, and publishes it.
//
// A chunk has one owner at a time: the container that executes it, then the emitter that
// delivers it, then the free list. While a container has it in hand, others may take its
// front or its back, under the container's lock.
type Chunk struct {
	Lo      int    // index of its first input
	N       int    // how many inputs
	From    int    // the first input not yet published or turned into a task
	Task    *Task  // that it is an attempt of, or the failure that it carries; nil for fresh inputs
	Keys    []Key  // of its inputs, in a run that has a journal, from the moment they are to execute
	Silent  bool   // it is finished, and nobody is to be told of it
	Key     string // of its only input, in a run that has keys; empty: none
	Weight  int64  // of it, in a run that has weights; 0: nobody has asked
	Payload Payload

	next *Chunk // in the free list or the completion queue
}

// Key is by what a journal knows an input.
type Key = [16]byte

// Payload is the inputs of a chunk and their values. Positions count from its first input.
type Payload interface {
	// Share makes the inputs those of another from lo to hi, which outlive both.
	Share(from Payload, lo, hi int)
	// Copy is Share for inputs that do not.
	Copy(from Payload, lo, hi int)
	// SetInput makes the input the one that a task has.
	SetInput(in any)
	// Task makes a task that has input i.
	Task(i int) *Task
	// Grow makes room for the values of n inputs.
	Grow(n int)
	// Move takes the values of another from lo to hi, which lets go of them.
	Move(from Payload, lo, hi int)
	// Trim keeps the inputs and values from lo to hi.
	Trim(lo, hi int)
	// Boxed is input i, and SetBoxed sets value i, for containers that are somewhere else. It returns why it cannot
	// be one, and keeps nothing then.
	Boxed(i int) any
	SetBoxed(i int, value any) error
	// Inputs and Values are all of them, as slices of the user's types.
	Inputs() any
	Values() any
	// Clear lets go of everything but the memory.
	Clear()
}

// Grow makes room for the values of all inputs.
func (c *Chunk) Grow() { c.Payload.Grow(c.N) }

// Trim keeps the inputs from From to end.
func (c *Chunk) Trim(end int) {
	c.Payload.Trim(c.From, end)
	c.Keys = c.keys(c.From, end)
	c.Lo += c.From
	c.N = end - c.From
}

// SetTask makes the chunk the input of the task alone.
func (c *Chunk) SetTask(t *Task) {
	c.Lo, c.N, c.Task, c.Keys = t.Index, 1, t, t.Keys
	c.Key, c.Weight = t.Key, t.Weight
	c.Payload.SetInput(t.In)
}

// Attempt is the number of the attempt that the chunk is for.
func (c *Chunk) Attempt() int {
	if c.Task == nil {
		return 1
	}
	return c.Task.Attempts + 1
}

// TaskOf is the task of input i, an attempt of which has been begun.
func (c *Chunk) TaskOf(i int) *Task {
	t := c.Task
	if t == nil {
		t = c.Untried(i)
	}
	t.Attempts++
	return t
}

// Untried is the task of input i, no attempt of which has been begun.
func (c *Chunk) Untried(i int) *Task {
	t := c.Payload.Task(i)
	t.Index = c.Lo + i
	t.Keys = c.keys(i, i+1)
	t.Key, t.Weight = c.Key, c.Weight
	return t
}

// keys are those of the inputs from lo to hi. They are never written to again, so that parts of
// a chunk share them.
func (c *Chunk) keys(lo, hi int) []Key {
	if c.Keys == nil {
		return nil
	}
	return c.Keys[lo:hi]
}

// Lend gives a part of the chunk the keys of the inputs from lo to hi.
func (c *Chunk) Lend(part *Chunk, lo, hi int) { part.Keys = c.keys(lo, hi) }
