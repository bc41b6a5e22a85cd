package process

import (
	"encoding/json"
	"fmt"

	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// hello is the first frame down. Its nonce is the value of birth.Marker: a process that got the variable
// by accident has no parent that knows it. It is JSON since it is sent once. That both ends are of one
// version is checked with each frame.
type hello struct {
	Nonce     string `json:"nonce"`
	Function  string `json:"function"`
	Title     string `json:"title"` // see title
	Container int    `json:"container"`
	Memory    int64  `json:"memory,omitempty"`
}

// ready is the first frame up: enter has returned.
type ready struct {
	Nonce    string `json:"nonce"`
	PID      int    `json:"pid"`
	Backstop int64  `json:"backstop,omitempty"` // the RLIMIT_DATA in force
	Failed   bool   `json:"failed,omitempty"`   // no start can succeed, or enter has failed
	Fatal    bool   `json:"fatal,omitempty"`
	Error    []byte `json:"error,omitempty"` // why, see wire.AppendError
}

func send(conn *wire.Conn, t wire.Type, message any) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return conn.WriteFrame(t, 0, payload)
}

// parse reads a message of the other end, which may be of another version.
func parse(frame wire.Frame, want wire.Type, into any) error {
	if frame.Type != want {
		return fmt.Errorf("process: got a %v frame, want %v", frame.Type, want)
	}
	if err := json.Unmarshal(frame.Payload, into); err != nil {
		return fmt.Errorf("process: bad %v frame: %w", want, err)
	}
	return nil
}
