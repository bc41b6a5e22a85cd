package rules_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// epoch is the time 0 of traces and tables.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// at is s seconds after epoch.
func at(s float64) time.Time { return epoch.Add(seconds(s)) }

func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}

// constant is a random source that always draws x.
func constant(x float64) func() float64 { return func() float64 { return x } }
