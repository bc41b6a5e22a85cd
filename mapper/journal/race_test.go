//go:build race

package journal_test

// underRace: with the race detector the shim below SQLite ends its process at once. Its structures lie in memory of the
// driver's own, which is not Go's.
const underRace = true
