package record

import "github.com/longshore-go/longshore/internal/logbook"

// Crashes of containers. What is held against an input that has crashed its container outlives the
// process, until the input is settled: or one that takes each process along with some workers would
// never have had its last.

// Strikes is the inputs that were in crashes.
type Strikes struct{ Against[logbook.Crashes] }

// Set is what is recorded.
func (s *Strikes) Set(all map[logbook.Key]logbook.Crashes) {
	s.All = all
	s.Some.Store(len(all) > 0)
}

// Struck is that of logbook.Log.
func (s *Strikes) Struck() bool { return s.Some.Load() }

// Crashes is that of logbook.Log.
func (s *Strikes) Crashes(key logbook.Key) (c logbook.Crashes, any bool) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	c, any = s.All[key]
	return c, any
}

// Note holds crashes against an input.
func (s *Strikes) Note(key logbook.Key, c logbook.Crashes) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.All[key] = c
	s.Some.Store(true)
}
