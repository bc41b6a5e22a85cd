package cluster

import (
	"bytes"
	"encoding/binary"
	"slices"
	"sync"
)

// kind says what a frame is for.
type kind byte

// Frames of a lease, down to the worker.
const (
	batch   kind = 'B' // inputs, see wire.BatchBuilder; their number in the lease is the chunk's
	poll    kind = 'P' // what has become of the chunk? at: how many outcomes are known
	stop    kind = 'C' // the context of the chunk has ended; the cause, see wire.AppendError
	drain   kind = 'D' // end in order
	destroy kind = 'X' // end at once; the cause
	fetch   kind = 'G' // send the outcomes that wait, the first of which has the position at
)

// Frames of a lease, up to the caller.
const (
	opened  kind = 'O' // the container is ready
	refused kind = 'F' // it is not, and why, see refusal
	results kind = 'R' // outcomes, the first of which has the position at; before them how long the chunk has been worked on
	ended   kind = 'E' // the chunk came to its end early: at inputs were begun
	crashed kind = 'K' // the container is gone, see packCrash
	bye     kind = 'Y' // it has ended in order; what its exit returned
	missing kind = 'M' // that chunk has not come here: send it again
	unknown kind = 'U' // there is no such lease
	weighed kind = 'W' // what the container uses of memory, see weight
	printed kind = 'L' // a line that the container has printed
	arrived kind = 'A' // the inputs of a chunk have come, which were heavy
	waits   kind = 'H' // outcomes that are heavy wait, the first of which has the position at; their size
)

const kinds = "BPCDXGOFREKYMULWAH"

// frame is one message of a lease. A large one travels in parts, which come in order or not at all.
type frame struct {
	kind    kind
	chunk   uint64 // from 1, in the order in which they are sent
	at      uint32
	part    uint16
	parts   uint16
	payload []byte
}

const (
	frameHead  = 17
	mostParts  = 1 << 10
	mostFrame  = 66 << 20 // a payload of package wire, and what stands before it
	headMargin = 512      // of a message's limit, for what NATS adds
)

// parseFrame reads a message. It reports false for what is no frame; the payload is a part of src.
func parseFrame(src []byte) (f frame, ok bool) {
	if len(src) < frameHead || bytes.IndexByte([]byte(kinds), src[0]) < 0 {
		return frame{}, false
	}
	f = frame{
		kind:    kind(src[0]),
		chunk:   binary.LittleEndian.Uint64(src[1:]),
		at:      binary.LittleEndian.Uint32(src[9:]),
		part:    binary.LittleEndian.Uint16(src[13:]),
		parts:   binary.LittleEndian.Uint16(src[15:]),
		payload: src[frameHead:],
	}
	return f, f.part < f.parts && f.parts <= mostParts
}

// scratch is buffers for messages that are sent, *[]byte, which a connection copies.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// mostScratch is up to how large one is kept.
const mostScratch = 64 << 10

// messages calls send with the messages that the frame takes, each of at most so many bytes, until it returns an error. It is
// errNarrow if they are too many. A message lasts until send returns.
func (f frame) messages(most int, send func([]byte) error) error {
	room := partRoom(most)
	parts := max((len(f.payload)+room-1)/room, 1)
	if parts > mostParts {
		return errNarrow
	}
	buf := scratch.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= mostScratch {
			scratch.Put(buf)
		}
	}()
	for part := range parts {
		from := part * room
		piece := f.payload[from:min(from+room, len(f.payload))]
		b := slices.Grow((*buf)[:0], frameHead+len(piece))
		b = append(b, byte(f.kind))
		b = binary.LittleEndian.AppendUint64(b, f.chunk)
		b = binary.LittleEndian.AppendUint32(b, f.at)
		b = binary.LittleEndian.AppendUint16(b, uint16(part))
		b = binary.LittleEndian.AppendUint16(b, uint16(parts))
		b = append(b, piece...)
		*buf = b
		if err := send(b); err != nil {
			return err
		}
	}
	return nil
}

// assembly puts the parts of a frame together. The zero value is empty. It grows by what has come, not by what was said.
type assembly struct {
	head frame
	next uint16
	buf  []byte
}

// add reports whether a frame is whole with this part, and returns it.
func (a *assembly) add(f frame) (whole frame, ok bool) {
	if f.parts == 1 {
		return f, true
	}
	if f.part == 0 {
		a.head, a.next, a.buf = f, 0, nil
	}
	same := a.head.kind == f.kind && a.head.chunk == f.chunk && a.head.at == f.at && a.head.parts == f.parts
	if !same || f.part != a.next || len(a.buf)+len(f.payload) > mostFrame {
		*a = assembly{next: 1} // what is left of it is of no use: nothing but a first part follows that
		a.head.kind = 0
		return frame{}, false
	}
	a.buf = append(a.buf, f.payload...)
	if a.next++; a.next < f.parts {
		return frame{}, false
	}
	whole = f
	whole.payload = a.buf
	*a = assembly{}
	return whole, true
}
