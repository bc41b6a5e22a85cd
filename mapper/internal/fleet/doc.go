// Package fleet is the containers of a pool as a mapper keeps them: their starts and ends
// with what the body has to do for both, the workers in them, how many there are, which of
// them are replaced, and who is given up.
//
// That a container is started, restarted or backed off is the supervisor's to say; what it
// executes is said by a [Worker], of which nothing is known here but that interface. The state of a
// container is that of its [supervisor.Container], and there is no other.
package fleet
