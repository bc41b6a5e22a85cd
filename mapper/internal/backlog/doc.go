// Package backlog holds the inputs of a run that are taken, not settled, and in no container:
// those that wait for a retry, re-runs after a crash, and what a container has claimed and
// not begun. A waiting input holds a place in the window and nothing else.
package backlog
