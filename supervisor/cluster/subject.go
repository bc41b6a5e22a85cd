package cluster

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Subjects. All stand under one prefix, and each is published by one kind and heard by one kind: deploy/rights.conf is what
// a server allows the two. An answer comes to a subject of its kind (pulse, echo), never to an inbox that anybody may hear.
const (
	helloSubject = "ls.hello" // workers to all callers
	askSubject   = "ls.ask"   // a caller to all workers: say hello
	wishSubject  = "ls.wish"  // a caller to all callers
)

func openSubject(worker string) string  { return "ls.worker." + worker + ".open" }
func aliveSubject(worker string) string { return "ls.worker." + worker + ".alive" }

// leaseSubject has the secret of the lease, which none but its caller and workers hear: no other caller can send there.
func leaseSubject(worker, caller, lease string) string {
	return "ls.lease." + worker + "." + caller + "." + lease
}

// callerSubject has the name of the lease, see nameOf.
func callerSubject(caller, name string) string { return "ls.caller." + caller + "." + name }

// aliveCaller is where a worker asks whether a caller is there. Nobody answers: the server says so if it is not.
func aliveCaller(caller string) string { return callerSubject(caller, "alive") }

func pulseSubject(caller, worker string) string { return "ls.pulse." + caller + "." + worker }
func echoSubject(worker, caller string) string  { return "ls.echo." + worker + "." + caller }

// nameOf is the name of a lease for whoever may hear its answers, which are other callers of the same user, too: it does not
// tell the secret.
func nameOf(lease string) string {
	sum := sha256.Sum256([]byte(lease))
	return hex.EncodeToString(sum[:16])
}

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
