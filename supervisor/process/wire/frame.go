package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Limits of the format, in bytes. Both ends hold them.
const (
	// MaxPayload is the most that a frame carries.
	MaxPayload = 64 << 20

	// MaxItem is the most that one value takes, so that it always fits into a payload
	// behind others that do not yet make it full.
	MaxItem = MaxPayload - 1<<20

	// FullPayload is the size from which on a payload takes no more items: what crosses at
	// once grows no faster beyond it, and what a crash loses does.
	FullPayload = 256 << 10
)

// Version of the format. Both ends are the same binary as a rule; where they are not, the
// first frame says so.
const Version = 4

const (
	headerSize = 24
	sumAt      = 20 // the checksum within the header
	magic      = uint32('L')<<24 | uint32('S')<<16 | uint32('W')<<8
)

// A Type says what a frame is for.
type Type uint8

// The types of frames. What Hello, Ready, Stats and Log carry is for their users to say.
const (
	Hello   Type = iota + 1 // down: who is asked to run what
	Ready                   // up: the worker takes work
	Batch                   // down: inputs, see [BatchBuilder]
	Results                 // up: outcomes, see [ResultsBuilder]
	Cancel                  // down: the attempt's context ends; the cause, see [AppendError]
	Drain                   // down: finish what has begun, then say Bye
	Bye                     // up: nothing follows
	Crash                   // up: how the function ended, see [CrashReport]
	Stats                   // down: say where you are; up: that
	Log                     // up
	types                   // how many
)

var typeNames = [types]string{
	Hello: "Hello", Ready: "Ready", Batch: "Batch", Results: "Results", Cancel: "Cancel",
	Drain: "Drain", Bye: "Bye", Crash: "Crash", Stats: "Stats", Log: "Log",
}

// String returns the name of the type.
func (t Type) String() string {
	if t.valid() {
		return typeNames[t]
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

func (t Type) valid() bool { return t > 0 && t < types }

// A Frame is what crosses a connection at once.
type Frame struct {
	Type    Type
	Seq     uint64 // sequence number of the first input that it speaks of
	Payload []byte // valid until the next ReadFrame
}

// A header is little-endian: magic and version (4 bytes), type (1), flags (1), reserved
// (2), length of the payload (4), sequence number (8), CRC-32C of the payload (4), of which
// it covers 64 KiB. Behind a longer payload the CRC stands once more. Flags
// and the reserved field are 0: a later version may give them a meaning, which this one
// must not miss in silence.
type header [headerSize]byte

// signature is how a header begins.
var signature = func() (s [4]byte) {
	binary.LittleEndian.PutUint32(s[:], magic|Version)
	return s
}()

// blank is a header to be filled in.
var blank header

// castagnoli is the polynomial that processors compute by themselves.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sum is the checksum of a payload. It finds what somebody else has written into the stream:
// a socket corrupts nothing, and to read a large payload once more costs memory bandwidth.
func sum(payload []byte) uint32 {
	return crc32.Checksum(payload[:min(len(payload), copied)], castagnoli)
}

// put fills in the header of a frame whose payload has that size and begins so.
func (h *header) put(t Type, seq uint64, size int, payload []byte) {
	binary.LittleEndian.PutUint32(h[0:], magic|Version)
	h[4], h[5], h[6], h[7] = byte(t), 0, 0, 0
	binary.LittleEndian.PutUint32(h[8:], uint32(size))
	binary.LittleEndian.PutUint64(h[12:], seq)
	binary.LittleEndian.PutUint32(h[sumAt:], sum(payload))
}

// check returns nil, or a *ProtocolError that names what no sender of this version writes.
func (h *header) check() error {
	first := binary.LittleEndian.Uint32(h[0:])
	switch {
	case first&^0xff != magic:
		return bad("magic", "%#06x, want %#06x", first>>8, magic>>8)
	case first&0xff != Version:
		return bad("version", "%d, want %d", first&0xff, Version)
	case !Type(h[4]).valid():
		return bad("type", "%d", h[4])
	case h[5] != 0:
		return bad("flags", "%#x, want 0", h[5])
	case h[6] != 0 || h[7] != 0:
		return bad("reserved field", "%#x, want 0", binary.LittleEndian.Uint16(h[6:]))
	case h.length() > MaxPayload:
		return bad("length", "%d bytes, at most %d", h.length(), MaxPayload)
	}
	return nil
}

func (h *header) length() uint32 { return binary.LittleEndian.Uint32(h[8:]) }

func (h *header) frame(payload []byte) (Frame, error) {
	want, got := binary.LittleEndian.Uint32(h[sumAt:]), sum(payload)
	if got != want {
		return Frame{}, bad("checksum", "%#08x, the header says %#08x", got, want)
	}
	return Frame{Type: Type(h[4]), Seq: binary.LittleEndian.Uint64(h[12:]), Payload: payload}, nil
}
