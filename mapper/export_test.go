package mapper

import "time"

// Under the race detector no input is as cheap as a no-op: here anything below a
// microsecond counts as cheap, so that inputs begun several at a time are tested too.
func init() { cheap = time.Microsecond }
