// Package chunk has the one thing that moves between the rooms of a run: a few consecutive
// inputs on their way to a container, and their values on the way back.
//
// What a synchronisation costs is shared by all the inputs of a chunk. Whatever is not a
// plain success leaves its chunk as a [Task]. The inputs and values themselves are of the
// user's types and are behind [Payload]; everything else here, and in the rooms that move
// chunks about, is compiled once for all types.
package chunk
