package fleet

import (
	"math/rand/v2"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// Config is what a pool is made of.
type Config struct {
	ID      uint64 // of the function, or of the run of its own
	Name    string
	Lasting bool // it is a deployed function's, and not over with its work

	Runtime      supervisor.Runtime
	Crashes      policy.Crashes
	MaxInputs    int
	TargetInputs int
	Timeout      time.Duration // of an attempt
	Total        time.Duration // of all attempts of an input; not less than Timeout
	StartTimeout time.Duration
	Grace        time.Duration
	ExitGrace    time.Duration
	Recycle      Recycle

	// The errors that users see are declared where they see them.
	StartTimeoutError func(limit time.Duration) error
	TimeoutError      func(limit time.Duration, crash *supervisor.CrashError) error
	TotalError        func(limit time.Duration, last error, crash *supervisor.CrashError) error
	ExitError         func(container int, err error) error
}

// Recycle says when containers are replaced although nothing is wrong with them.
type Recycle struct {
	Inputs int
	Memory int64
	Age    time.Duration
}

// inputs draws the limit of one container.
func (r Recycle) inputs() int64 { return int64(r.Inputs) - rand.Int64N(int64(r.Inputs/10)+1) }

// age draws the age of one container.
func (r Recycle) age() time.Duration { return r.Age - rand.N(r.Age/10+1) }
