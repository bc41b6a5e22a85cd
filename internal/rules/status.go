package rules

// Status is what a Ledger thinks of an input. The zero value is StatusClean.
type Status int

const (
	StatusClean   Status = iota // was in no crash: fresh
	StatusStruck                // was in a crash: runs again after its control, never beside another struck input
	StatusSuspect               // has two strikes: runs alone in its container
	StatusFailed                // convicted: it is poison, and fails with a crash error
)

// String is "clean", "struck", "suspect" or "failed".
func (s Status) String() string {
	switch s {
	case StatusStruck:
		return "struck"
	case StatusSuspect:
		return "suspect"
	case StatusFailed:
		return "failed"
	}
	return "clean"
}
