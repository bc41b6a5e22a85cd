package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// Subjects. All stand under one prefix, so that a server's permissions can be written down: workers hear what is below
// ls.worker.<id> and ls.lease.<id>, and callers what is below ls.caller.<id>.
const (
	helloSubject = "ls.hello" // workers to all callers
	askSubject   = "ls.ask"   // a caller to all workers: say hello
	wishSubject  = "ls.wish"  // a caller to all callers
)

func openSubject(worker string) string  { return "ls.worker." + worker + ".open" }
func aliveSubject(worker string) string { return "ls.worker." + worker + ".alive" }
func leaseSubject(worker, caller, lease string) string {
	return "ls.lease." + worker + "." + caller + "." + lease
}
func callerSubject(caller, lease string) string { return "ls.caller." + caller + "." + lease }
func pulseSubject(caller, worker string) string { return "ls.pulse." + caller + "." + worker }
func echoSubject(worker, caller string) string  { return "ls.echo." + worker + "." + caller }

// lastToken is what stands behind the last dot.
func lastToken(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }

// newToken is an ID that nobody can guess.
func newToken() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// isToken reports whether s may be an ID, and so a part of a subject.
func isToken(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 32
}
