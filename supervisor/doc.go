// Package supervisor keeps containers alive. It decides nothing about inputs: which of them a container
// executes, and what becomes of them, its owner knows. It only passes on what a crash says of one, and
// the events of its owner, which are in package [github.com/longshore-go/longshore/supervisor/event]. It
// is what package mapper keeps its containers with; callers of the mapper meet its errors and its events.
//
// A pool has lineages, the slots that containers fill: one container each at a time. A
// lineage is free when it has no container and waits for none. What a container does is a function,
// Serve of [Config]; it ends in order when Serve returns nil, and crashes when Serve returns an error, panics, or calls
// runtime.Goexit. What then becomes of the lineage is decided by the rules of package [policy], which the pool feeds with
// what happens: a restart at once, one after a backoff, none any more.
//
// # Crashes
//
// A crash at start-up, or of a container that has nothing to do, costs its lineage a backoff. One on inputs costs it
// none: the container got ready, so it can be started. What a container was executing is known to the owner of the work
// alone, who says so as [Evidence]: whether the inputs were fresh (in no crash before), when they were begun, and whether
// another fresh one could be tried. In return the pool raises an [Alarm], which the owner heeds when it chooses
// what is executed next: inputs have crashed and none has finished since; so many have that the function is in doubt; it is
// in a crash loop. A finished input ends it at once, on the container's own goroutine.
//
// A container that is lost with its machine, or the link to it, is no crash: see [ErrLost].
//
// # The life of a container
//
//	starting → idle ⇄ running → stopping → stopped
//	starting, idle → stopping
//	starting, idle, running → stopped
//	starting, idle, running, stopping → crashed → backing_off → starting
//	starting, running, stopping → abandoned → starting
//	crashed → starting
//	crashed, backing_off, abandoned → stopped
//
// These are all the legal changes of [State]: a test compares them with the table in the code. A
// container that outlives the end of its context by the grace is abandoned: counted, replaced,
// and left alone.
//
// # Two modes
//
// A pool under policy.Ephemeral gives up when crashes outweigh progress: its Cutoff is
// called with a *[CutoffError] that says which limit was exceeded and how many different inputs were tried, and is
// expected to end the pool's context. Before that it pauses: after each 32 inputs that crashed one after the
// other, no container that crashed on one is started for a while. A pool under policy.Deployed never gives up: it stops
// starts, lets a canary through from time to time, and lets all start again when
// one proves itself: it finishes an input, or outlives its probation. Where inputs that crashed opened
// the crash loop, any input that finishes ends it, and a container without work does not outlive its
// probation: it has shown nothing. Meanwhile a [Snapshot] says that the pool is crash-looping, since
// when, by which kind of crash and after how many inputs, why, and when the next start is.
//
// # Pools that last
//
// A pool has the work of its containers to do, and is over when the last of them has
// ended, or it is Lasting: then only its context ends it, and [Supervisor.Scale] says how
// many containers are wanted. A lineage is filled when its container lives or is due; a
// retired container, which was asked to end in order, does not count. The pool fills as
// many lineages as are wanted. It never ends a container to get down to the number: who
// knows which of them has nothing in hand is the owner of the work, and retires it.
//
// # Ownership
//
// One goroutine owns the state of a pool and everybody else sends it messages, so that
// no hook and no observer ever runs under a lock. Containers do not report progress:
// they count it, and the owner reads the counts when a crash makes it ask; only when somebody waits for progress is it
// told. The first
// crash of a pool is visible at once, as an event and in the snapshot; limits decide
// only when to give up.
package supervisor
