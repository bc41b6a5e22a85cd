// Package bench puts Longshore beside its peers and beside hand-written floors
// on the same work, in the same process, in the same minute.
//
//   - A workload (package work) is what one input costs: nothing, 0.8 µs or
//     80 µs of arithmetic, 1 ms of sleep, or uneven sleep.
//   - A group is a question asked of every implementation: collect (an ordered
//     slice), collect-ctx (the same with a context and errors), ordered and
//     unordered (a stream out of a lazy sequence).
//   - An implementation is one answer: the group's floor, another hand-written
//     loop, a peer, or a form of Longshore. Table lists them all.
//   - A row is a group and a workload with all implementations that run it.
//   - A special is a question of its own, asked of Longshore twice: with
//     something switched on, and without.
//
// The tests check that all of them do the same work. The benchmarks measure
// each by itself; cmd/compare measures them in turns, which is what the
// published figures come from, since a machine is never equally quiet twice.
package bench
