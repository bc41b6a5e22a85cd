package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/process"
)

const haveWorkers = true

// What workers can run.
var (
	_ = process.Register(obey)
	_ = process.RegisterEach(obeyOnly)
	_ = process.Register(obeyAll)
	_ = process.RegisterState(enterWorker, obeyWith, exitWorker)
	_ = process.RegisterState(enterWorker, obeyAllWith, exitWorker)
)

func obey(ctx context.Context, o order) (answer, error) { return bookAt(o.Book).attempt(ctx, o) }

func obeyOnly(ctx context.Context, o order) error {
	_, err := obey(ctx, o)
	return err
}

func obeyAll(ctx context.Context, orders []order) ([]answer, error) {
	return bookAt(orders[0].Book).batch(ctx, orders)
}

func enterWorker(context.Context) (int, error) { return os.Getpid(), nil }

func obeyWith(ctx context.Context, pid int, o order) (answer, error) {
	if pid != os.Getpid() {
		return answer{}, fmt.Errorf("the state of process %d", pid)
	}
	return obey(ctx, o)
}

func obeyAllWith(ctx context.Context, _ int, orders []order) ([]answer, error) {
	return obeyAll(ctx, orders)
}

func exitWorker(context.Context, int) error { return nil }

func workerBody(p *plan) mapper.Body[order, answer] {
	switch p.Body {
	case "state":
		return mapper.WithState(enterWorker, obeyWith, exitWorker)
	case "batched":
		return mapper.Batched(obeyAll, p.Batch)
	case "batched-state":
		return mapper.BatchedWithState(enterWorker, obeyAllWith, exitWorker, p.Batch)
	}
	return mapper.Plain(obey)
}

// employ has the round run in worker processes, with a book that they share.
func (p *play) employ() error {
	dir, err := os.MkdirTemp("", "longshore-soak-")
	if err != nil {
		return err
	}
	p.path = filepath.Join(dir, "book")
	if err := os.WriteFile(p.path, make([]byte, 4*cellsFor(len(p.owner))), 0o600); err != nil {
		return err
	}
	if p.book, err = openBook(p.path); err != nil {
		return err
	}
	unmap := p.book.close
	p.book.close = func() {
		unmap()
		_ = os.RemoveAll(dir)
	}
	opts := p.Workers
	opts.Log = func(process.Line) {}
	p.runtime = process.New(opts)
	return nil
}

// openBook maps a book into memory.
func openBook(path string) (*book, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	data, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	cells := unsafe.Slice((*uint32)(unsafe.Pointer(&data[0])), len(data)/4)
	return &book{cells, func() { _ = unix.Munmap(data) }}, nil
}

// bookAt is the book of a worker, which knows one all its life.
func bookAt(path string) *book {
	return books.open(path)
}

var books library

type library struct {
	mu   sync.Mutex
	path string
	book *book
}

func (l *library) open(path string) *book {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.path != path {
		b, err := openBook(path)
		if err != nil {
			panic(err)
		}
		l.path, l.book = path, b
	}
	return l.book
}
