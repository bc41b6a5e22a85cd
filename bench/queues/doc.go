// Package queues is job queues of others, each as a fleet: a server of its own in a temporary folder, and workers that are
// processes of this program.
//
//   - A system is a queue with the settings of its server. Systems lists them.
//   - A job gives back its payload, after a sleep if it is told to.
//   - A host is the folder. Servers that are not installed are [ErrMissing].
//
// Settings are in favour of the queue: Unix sockets, the shortest waits between looks for jobs, nothing kept on disk where a
// system says so. Each queue brings results in the way that it offers, and what it does not offer is done here by hand.
package queues
