package mapper_test

import (
	"math/rand/v2"
	"testing"
)

// drawn returns all that a test is to be played with, or one of them, drawn anew, with -short: a repeat is there for
// another schedule, and six of them (.ci/run) draw as many as one full run plays, or more.
func drawn[T any](all ...T) []T {
	if testing.Short() {
		return []T{all[rand.IntN(len(all))]}
	}
	return all
}
