//go:build race

package main

import "runtime"

// races is how many data races the detector has reported so far.
func races() int { return runtime.RaceErrors() }
