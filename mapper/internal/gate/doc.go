// Package gate says when an attempt may begin that somebody has a container for: the throttle, the keys, the weights and
// the rate of a pool.
//
// A gate is shut while nothing may begin because of it. What it holds waits without a container.
package gate
