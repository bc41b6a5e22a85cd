package cluster

import (
	"encoding/json"
	"time"
)

// hello is what a worker says of itself, at every beat and when something has changed.
type hello struct {
	ID       string            `json:"id"`
	Version  string            `json:"version"`
	Host     string            `json:"host"`
	PID      int               `json:"pid"`
	Slots    int               `json:"slots"`
	Free     int               `json:"free"`
	Draining bool              `json:"draining,omitempty"`
	Bye      bool              `json:"bye,omitempty"` // it is gone, in order
	Labels   map[string]string `json:"labels,omitempty"`
}

const (
	beat      = 500 * time.Millisecond // between two hellos
	mostHello = 64 << 10
	mostSlots = 1 << 20
	mostText  = 255
)

// parseHello reads a hello, and reports false for anything else.
func parseHello(src []byte) (h hello, ok bool) {
	if len(src) > mostHello || json.Unmarshal(src, &h) != nil {
		return hello{}, false
	}
	ok = isToken(h.ID) && len(h.Host) <= mostText && len(h.Version) <= mostText &&
		h.Slots >= 0 && h.Slots <= mostSlots && h.Free >= 0 && h.Free <= h.Slots
	if !ok {
		return hello{}, false
	}
	return h, true
}

// again takes a hello that is the last one of a machine, as most are: it is not read again. It returns the machine's ID, or
// nothing if it is another one.
func (s *members) again(text []byte, now time.Time) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.said[string(text)]
	if m == nil {
		return ""
	}
	s.awake(m, now)
	return m.ID
}

// remember notes what a machine has said, if it is there.
func (s *members) remember(id string, text []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.all[id]; m != nil {
		delete(s.said, m.said)
		m.said = string(text)
		s.said[m.said] = m
	}
}

// request asks a worker for a container.
type request struct {
	Version   string `json:"version"`
	Function  string `json:"function"` // as it is registered
	Name      string `json:"name"`     // for people
	Caller    string `json:"caller"`
	Lease     string `json:"lease"`
	Container int    `json:"container"`
	Print     bool   `json:"print,omitempty"` // the caller wants the lines that it prints
}

const mostRequest = 16 << 10

// parseRequest reads a request, and reports false for anything else.
func parseRequest(src []byte) (r request, ok bool) {
	if len(src) > mostRequest || json.Unmarshal(src, &r) != nil || !isToken(r.Caller) || !isToken(r.Lease) {
		return request{}, false
	}
	return r, true
}

// refusal says why there is no container.
type refusal struct {
	Full  bool   `json:"full,omitempty"`  // no slot is free: ask elsewhere
	Fatal string `json:"fatal,omitempty"` // no start can succeed here
	Crash []byte `json:"crash,omitempty"` // the start has failed, see packCrash
}

// parseRefusal reads a refusal. What is none is one that says so.
func parseRefusal(src []byte) (r refusal) {
	if json.Unmarshal(src, &r) != nil {
		return refusal{Full: true}
	}
	return r
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types, which can
	}
	return b
}
