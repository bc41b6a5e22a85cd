package rules

// Sole knows whether an input is the only one that has crashed since some input finished. On a deployed function such an
// input is charged even if nothing else can be tried; several are not, because then it is the function that is in doubt.
//
// The zero value knows of no crash. A Sole is not safe for concurrent use.
type Sole struct {
	progress int64
	first    Key
	any      bool
	several  bool
}

// Key names an input of a function that serves several runs.
type Key struct {
	Run   uint64
	Input int
}

// Crash takes in a crash of the input, after so many inputs have finished, and reports whether no other has crashed
// since the last of them did.
func (s *Sole) Crash(input Key, progress int64) bool {
	switch {
	case !s.any || progress != s.progress:
		*s = Sole{progress: progress, first: input, any: true}
	case input != s.first:
		s.several = true
	}
	return !s.several
}
