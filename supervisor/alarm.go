package supervisor

import "time"

// Alarm is what the crashes of a pool mean for whoever chooses what its containers execute next. It is one word, which
// costs one load to read and is 0 in a pool that has no trouble, but for a count of resets.
//
//	bits 0–7    flags
//	bits 8–19   canaries to come
//	bits 20–31  manual resets
//	bits 32–63  epoch: how often the streak of crashes has ended
type Alarm uint64

const (
	alarmCrashed Alarm = 1 << iota // R > 0
	alarmDoubt
	alarmLoop
	alarmStarts // start-ups opened the loop: a finished input does not end it

	alarmFlags   Alarm = 1<<8 - 1
	canaryShift        = 8
	mostCanaries       = 1<<12 - 1
	resetShift         = 20
	resetMask    Alarm = 1<<12 - 1
	epochShift         = 32
)

func canaries(n int) Alarm { return Alarm(min(n, mostCanaries)) << canaryShift }

// Raised reports that there is anything to heed.
func (a Alarm) Raised() bool { return a&alarmFlags != 0 }

// Crashed reports that a fresh input has crashed and nothing has finished since: what is executed next is to be one
// input, drawn from all that are fresh and in reach.
func (a Alarm) Crashed() bool { return a&alarmCrashed != 0 }

// Doubt reports that so many inputs have crashed one after the other that it is open whether the inputs are bad or the
// function is: while a fresh input is in reach, no input is charged with a crash.
func (a Alarm) Doubt() bool { return a&alarmDoubt != 0 }

// Looping reports a crash loop of a deployed pool: the function does not work now, whatever it is given, and no input is
// charged with a crash.
func (a Alarm) Looping() bool { return a&alarmLoop != 0 }

// OfInputs reports a crash loop that inputs opened, and that any finished one ends.
func (a Alarm) OfInputs() bool { return a&(alarmLoop|alarmStarts) == alarmLoop }

// Canaries is, in a crash loop, how many containers are started next to see whether the function works again.
func (a Alarm) Canaries() int { return int(a >> canaryShift & mostCanaries) }

// Resets is a number that changes with each manual reset: what is known of crashes before it is void.
func (a Alarm) Resets() int { return int(a >> resetShift & resetMask) }

func (a Alarm) epoch() uint32 { return uint32(a >> epochShift) }

// ended is the alarm once an input has finished.
func (a Alarm) ended() Alarm {
	next := a &^ (alarmCrashed | alarmDoubt)
	if a.OfInputs() {
		next &^= alarmLoop | canaries(mostCanaries)
	}
	return next.next()
}

// next is the alarm in the next epoch.
func (a Alarm) next() Alarm { return a + 1<<epochShift }

// Alarm is what the crashes of the pool mean now.
func (s *Supervisor) Alarm() Alarm { return Alarm(s.alarm.Load()) }

// The alarm has two kinds of writers. Containers raise it when they crash and end it when they finish an input, at once,
// so that whoever reads it is never behind by a message. The owner of the pool says what follows for doubt and crash loop.
// The epoch keeps them apart: a crash that is told to the owner after an input has finished is of an epoch that is over,
// and counts for nothing, and what the owner has worked out for such an epoch is not published.

// raise says that a fresh input has crashed, and returns the epoch.
func (s *Supervisor) raise() uint32 { return Alarm(s.alarm.Or(uint64(alarmCrashed))).epoch() }

// end says that an input has finished, and reports whether that lets somebody start.
func (s *Supervisor) end() bool {
	for {
		a := s.Alarm()
		if !a.Crashed() {
			return false
		}
		if s.alarm.CompareAndSwap(uint64(a), uint64(a.ended())) {
			return a.Doubt() || a.OfInputs()
		}
	}
}

// catchUp tells the judge if an input has finished since it last looked.
func (s *Supervisor) catchUp(now time.Time) {
	if e := s.Alarm().epoch(); e != s.epoch {
		s.epoch, s.alarmed = e, false
		s.judge.Progress(now)
	}
}

// publish lets containers know what the judge thinks.
func (s *Supervisor) publish(now time.Time) {
	for {
		s.catchUp(now)
		a, next := s.Alarm(), s.judge.alarm()
		if a.epoch() != s.epoch {
			continue
		}
		alarmed := next.Crashed()
		next |= Alarm(s.epoch)<<epochShift | Alarm(s.resets)&resetMask<<resetShift
		if s.voided || (s.alarmed && !alarmed) { // the streak was forgiven: crashes that are still to be told are of before
			next = next.next()
		} else {
			next |= a & alarmCrashed // raised, and not told yet
		}
		if a == next || s.alarm.CompareAndSwap(uint64(a), uint64(next)) {
			s.epoch, s.alarmed, s.voided = next.epoch(), alarmed, false
			return
		}
	}
}
