// Package registry holds the functions of this program that run in containers elsewhere: in worker processes
// (supervisor/process) and on other machines (supervisor/cluster). Whoever runs them is this program too, and finds them by
// their names. Both runtimes find a function here that was registered once, wherever that was: process.Register is Register.
//
// A function's inputs and values cross by a codec, which is registered here for types of which the default one, see
// wire.NewCodec, would leave something behind. Everything is registered before the program may be a worker: in
// package-level variables and in init.
package registry
