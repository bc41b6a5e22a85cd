// Package simulation plays a run over a fleet that does not exist, in virtual time: the mapper is the real one, and its runtime
// has machines that take inputs, are lost and come back, and execute nothing. Hours of ten thousand machines take as long as
// the caller's processor needs for them, which is what is measured.
//
//   - A fleet is machines with slots; a container takes one of these.
//   - A machine that is lost falls silent. After a while it is given up: its containers are lost with what they executed, and the
//     fleet has less room. Later it is back, empty.
//   - A scene is a run over a fleet. Its figures are what was counted, and what it took of the process.
//
// What travels over NATS is not in it: see cmd/scale.
package simulation
