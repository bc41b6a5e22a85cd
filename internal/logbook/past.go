package logbook

// Past is what a log has of the lives before this one.
type Past struct {
	Path    string // of the journal
	New     bool   // no run has used it before
	Adopted bool   // it was of another version, Before, and is now of this one
	Before  string
	Some    bool // something is recorded
	Foreign int  // messages of a stream that are none of a journal's, or damaged: what they had runs again
	Silent  bool // nobody is told of what has succeeded, see Log

	// Of a run over a slice, whose inputs were looked up.
	Looked bool
	Rows   int // inputs that are recorded
	Strays int // of them, those that are no input of this run
}

// Deaths is how often the process has died with a run in hand, and what inputs are suspected of it,
// or convicted.
type Deaths struct {
	Process   int
	Suspects  int
	Convicted int // which are suspects no more
}
