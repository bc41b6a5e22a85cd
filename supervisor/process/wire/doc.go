// Package wire is what a process and its workers say to each other: frames over a stream,
// values in a codec, errors with their chain. It does no I/O but that of the stream it is
// given, starts no goroutine and knows no clock.
//
// # Words
//
// A [Frame] is what crosses at once: a header of 24 bytes, and a payload of at most
// [MaxPayload] bytes. A [Conn] sends and receives frames over a stream. A
// sequence number counts the inputs of a connection: that of a frame is the number of the
// first input that it speaks of. A batch is a payload of inputs, and results are one of
// outcomes; both are built item by item in place. A [Codec] turns a value into a message,
// which is the bytes of an item, and back. Down is to the worker, up is from it.
//
// # Trust
//
// Both ends are the same program as a rule, and a socket between processes corrupts nothing.
// What happens is that somebody else writes into the stream. The checksum finds it:
// that of the first 64 KiB in the header of a frame, and for a larger payload the same once
// more at its end, which anything put in between has moved. To sum up all of a large payload
// would take a good part of the time that it takes to cross. Still nothing that is read is believed: whatever the bytes, reading
// them ends in an error at worst, allocates no more than they warrant (an element of a slice may
// be a single byte of a message), and does not panic. What cannot be read as frames or payloads
// is a *[ProtocolError], and the end of the connection. What cannot be decoded in a sound
// payload is a *[CodecError], and the failure of one input.
package wire
