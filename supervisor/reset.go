package supervisor

import "time"

// Reset is a manual reset: somebody has redeployed the function or mended what it needs,
// and what is known of its crashes is void. It clears the crashes in a row and the
// backoffs of every lineage, and in a deployed pool the gate with its debt and streak; in an
// ephemeral one it ends a pause. What waits for them starts at once. An ephemeral pool keeps its budget and streak, and with
// them the limit of starts on probation. Totals stay: the count of crashes, and the last of them. Containers see it by
// [Alarm.Resets].
//
// It is safe for concurrent use and never blocks for long; after the end of the pool it
// does nothing.
func (s *Supervisor) Reset() { s.tell(message{kind: forgiven}) }

// reset lets nobody start yet: whoever is due is tried when the messages are handled.
func (s *Supervisor) reset() {
	now := time.Now()
	s.judge.reset(now)
	s.resets++
	if s.judge.gate != nil {
		s.pardoned, s.voided = s.startCrashes, true
	}
	for i := range s.lineages {
		l := &s.lineages[i]
		l.row, l.due = 0, now
	}
}
