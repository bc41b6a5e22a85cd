package cluster

import "encoding/binary"

// load is the part of the two purses that a chunk has.
type load struct {
	down *grant // for its inputs, until they have arrived; nil: they have, or are not heavy
	up   *grant // for the outcomes that come next, until they have; nil: they are not heavy
	at   uint32 // position of these
}

// afford asks for what the inputs take on the way. They are sent when it is given.
func (s *sent) afford() (given <-chan struct{}) {
	if len(s.frame.payload) < heavy {
		return nil
	}
	s.load.down = s.l.m.purse.ask(len(s.frame.payload))
	return s.load.down.given
}

// arrived is told that the worker has the inputs.
func (s *sent) arrived() {
	s.load.down.back()
	s.load.down = nil
}

// waits is told that heavy outcomes wait at the worker.
func (s *sent) waits(f frame) {
	if int(f.at) != s.reported || len(f.payload) != sizeOfSize || s.load.up != nil {
		return
	}
	s.load.at = f.at
	s.l.fetching.Store(true)
	s.load.up = s.l.r.purse.ask(int(binary.LittleEndian.Uint32(f.payload)))
}

// given is closed when the outcomes that wait may come; nil: none do, or they were asked for.
func (s *sent) given(asked *grant) <-chan struct{} {
	if s.load.up == nil || s.load.up == asked {
		return nil
	}
	return s.load.up.given
}

// fetch has the outcomes come that wait.
func (s *sent) fetch() { s.l.send(frame{kind: fetch, chunk: s.frame.chunk, at: s.load.at}) }

// came is told that outcomes have come.
func (s *sent) came() {
	s.load.up.back()
	s.load.up = nil
	s.l.fetching.Store(false)
}

// unload returns what is left: nothing is on the way any more.
func (s *sent) unload() {
	s.arrived()
	s.came()
}

const sizeOfSize = 4

// offer says of a heavy frame that it waits.
func offer(f frame) frame {
	return frame{kind: waits, chunk: f.chunk, at: f.at, payload: binary.LittleEndian.AppendUint32(nil, uint32(len(f.payload)))}
}

// isHeavy reports that a frame may be sent only when it is fetched.
func (f frame) isHeavy() bool { return f.kind == results && len(f.payload) >= heavy }

// wantArrival is the payload of a poll that also asks whether the inputs have arrived.
var wantArrival = []byte{1}
