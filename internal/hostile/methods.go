package hostile

import (
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync"
)

// The errors of this file do something else in one of their methods. Each method has a type of its own, since of one
// type that blocks not every error is asked.

// deed is what a method does instead of its work.
type deed struct {
	name string
	do   func()
}

var deeds = []deed{
	{"panics", func() { panic("a method panics") }},
	{"leaves", runtime.Goexit},
	{"blocks", func() { <-released }},
}

var (
	released = make(chan struct{})
	once     sync.Once
)

// Release has all methods return that block, and no further one block.
func Release() { once.Do(func() { close(released) }) }

// says is an error whose text is what its method makes of it.
type says struct{ text func() string }

func (e *says) Error() string { return e.text() }

// text is that of an error of which another method is hostile.
type text struct{}

func (text) Error() string { return "a hostile error" }

type is struct {
	text
	is func(error) bool
}

func (e *is) Is(target error) bool { return e.is(target) }

type as struct {
	text
	as func(any) bool
}

func (e *as) As(target any) bool { return e.as(target) }

type unwraps struct {
	text
	unwrap func() error
}

func (e *unwraps) Unwrap() error { return e.unwrap() }

type unwrapsAll struct {
	text
	unwrap func() []error
}

func (e *unwrapsAll) Unwrap() []error { return e.unwrap() }

// network is an error as package net has them.
type network struct {
	text
	do func()
}

func (e *network) Timeout() bool   { e.do(); return true }
func (e *network) Temporary() bool { e.do(); return true }

// marshals is an error with the methods that encoders and package fmt ask for.
type marshals struct {
	text
	do func()
}

func (e *marshals) String() string                 { e.do(); return "" }
func (e *marshals) GoString() string               { e.do(); return "" }
func (e *marshals) Format(fmt.State, rune)         { e.do() }
func (e *marshals) MarshalJSON() ([]byte, error)   { e.do(); return nil, io.EOF }
func (e *marshals) MarshalText() ([]byte, error)   { e.do(); return nil, io.EOF }
func (e *marshals) MarshalBinary() ([]byte, error) { e.do(); return nil, io.EOF }
func (e *marshals) GobEncode() ([]byte, error)     { e.do(); return nil, io.EOF }
func (e *marshals) LogValue() slog.Value           { e.do(); return slog.Value{} }

// stringer is no error.
type stringer struct{ do func() }

func (s stringer) String() string { s.do(); return "a hostile value" }

// byMethod are the errors of which a method does that.
func byMethod(d deed) map[string]error {
	return map[string]error{
		"Error":          &says{func() string { d.do(); return "" }},
		"Is":             &is{is: func(error) bool { d.do(); return true }},
		"As":             &as{as: func(any) bool { d.do(); return true }},
		"Unwrap":         &unwraps{unwrap: func() error { d.do(); return nil }},
		"Unwrap of many": &unwrapsAll{unwrap: func() []error { d.do(); return nil }},
		"Timeout":        &network{do: d.do},
		"Marshal":        &marshals{do: d.do},
	}
}
