package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

// question is what a client sends, reply what it gets.
type question struct {
	Row int `json:"row"`
}

type reply struct {
	Row    int     `json:"row"`
	Weight float64 `json:"weight"`
}

const (
	rows     = 1000
	rowSize  = 8
	workTime = 50 * time.Millisecond // what a look at a row stands for
	slowRow  = 97                    // each such row takes longer than it may
	slowTime = time.Second
)

// model is a file of rows, by its path.
type model string

func (m model) write() error {
	var b []byte
	for i := range rows {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(math.Sqrt(float64(i))))
	}
	return os.WriteFile(string(m), b, 0o600)
}

// breakFor empties the file after a time and writes it anew as long after that, or when
// ctx ends.
func (m model) breakFor(ctx context.Context, d time.Duration, t *tally) error {
	if !sleep(ctx, d) {
		return nil
	}
	t.say("the model breaks")
	if err := os.Truncate(string(m), 0); err != nil {
		return err
	}
	sleep(ctx, d)
	err := m.write()
	t.say("the model is whole again")
	return err
}

// open is how a container starts: it fails where the model is broken.
func (m model) open(context.Context) (*os.File, error) {
	f, err := os.Open(string(m))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() != rows*rowSize {
		err = fmt.Errorf("the model has %d bytes, want %d", info.Size(), rows*rowSize)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// look is the function. It trusts the file that its container has checked, and panics where
// that has shrunk since.
func look(ctx context.Context, f *os.File, q question) (reply, error) {
	work := workTime
	if q.Row%slowRow == 0 {
		work = slowTime
	}
	if !sleep(ctx, work) {
		return reply{}, context.Cause(ctx)
	}
	var row [rowSize]byte
	n, err := f.ReadAt(row[:], int64(q.Row)*rowSize)
	if err != nil && err != io.EOF {
		return reply{}, err
	}
	return reply{q.Row, math.Float64frombits(binary.LittleEndian.Uint64(row[:n]))}, nil
}

// closeFile is how a container ends.
func closeFile(_ context.Context, f *os.File) error { return f.Close() }

// sleep reports false if ctx has ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
