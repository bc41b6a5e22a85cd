//go:build race

package runtimes_test

const raceDetector = true
