//go:build !race

package runtimes

const raceDetector = false
