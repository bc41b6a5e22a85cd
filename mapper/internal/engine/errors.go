package engine

import (
	"errors"
	"fmt"

	"github.com/longshore-go/longshore/supervisor"
)

// Why a run, a call or an attempt has ended. Package mapper says what each is for.
var (
	ErrTimeout   = supervisor.TimeoutSentinel("mapper: attempt timed out")
	ErrStopped   = supervisor.Sentinel("mapper: stopped")
	ErrHedged    = supervisor.Sentinel("mapper: another attempt was faster")
	ErrCancelled = supervisor.Sentinel("mapper: call cancelled")
	ErrDamaged   = errors.New("mapper: the record of this input is damaged")
)

// StoppedBy is the end of a function for a reason.
func StoppedBy(cause error) error { return fmt.Errorf("%w: %w", ErrStopped, cause) }

// Errors makes the errors that users see, which are declared where they see them.
type Errors struct {
	Input  func(index, attempts int, err error) error
	Length func(inputs, values int, each supervisor.Errors) error
	Limit  func(failed int, last error) error
	Death  func(deaths int) error
	Ask    func(value any, stack string) error
	Weight func(weight, capacity int64) error
}
