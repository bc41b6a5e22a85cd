package supervisor

// State is where a container is in its life.
type State string

// The states of a container, in the words of every log line, page and metric.
const (
	Starting   State = "starting"    // made, not ready yet
	Idle       State = "idle"        // ready, without work
	Running    State = "running"     // executes an input
	Stopping   State = "stopping"    // asked to end
	Stopped    State = "stopped"     // ended as asked, or for want of work
	Crashed    State = "crashed"     // ended unasked
	BackingOff State = "backing_off" // its lineage waits for the next start
	Abandoned  State = "abandoned"   // ignored its cancelled context; replaced, still using memory
)

// edges lists every legal change of state, and nothing else is legal. Nothing follows
// stopped, although a lineage may be filled again: that is another container, which
// nobody owes to this one.
var edges = map[State][]State{
	Starting:   {Idle, Crashed, Stopping, Stopped, Abandoned},
	Idle:       {Running, Crashed, Stopping, Stopped},
	Running:    {Idle, Crashed, Stopping, Stopped, Abandoned},
	Stopping:   {Stopped, Crashed, Abandoned},
	Crashed:    {BackingOff, Starting, Stopped},
	BackingOff: {Starting, Stopped},
	Abandoned:  {Starting, Stopped},
	Stopped:    nil,
}

// CanBecome reports whether a container may go from s straight to next.
func (s State) CanBecome(next State) bool {
	for _, n := range edges[s] {
		if n == next {
			return true
		}
	}
	return false
}
