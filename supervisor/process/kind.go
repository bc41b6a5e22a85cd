package process

// The kinds of a worker's end, in CrashError.Kind.
const (
	KindStart         = "start"          // it said that it will not start: enter has returned an error
	KindPanic         = "panic"          // the function panicked, or a goroutine of its own
	KindGoexit        = "goexit"         // the function called runtime.Goexit
	KindFatal         = "fatal"          // the Go runtime gave up, as after concurrent map writes
	KindStackOverflow = "stack-overflow" // a goroutine took more than 64 MiB of stack
	KindSignal        = "signal"         // a fault or an abort outside of Go's own code
	KindOOM           = "oom"            // it got no memory any more, or the kernel killed it for that
	KindMemory        = "memory"         // we killed it: over Options.Memory
	KindExit          = "exit"           // it exited, code 0 included
	KindKilled        = "killed"         // somebody else killed it: an operator, or the kernel for want of memory
	KindTimeout       = "timeout"        // closed with a ctx that a timeout had ended
	KindClosed        = "closed"         // closed with a ctx that had ended otherwise, or in order
	KindProtocol      = "protocol"       // we killed it: it said what no worker says, or closed its connection
)
