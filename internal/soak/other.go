//go:build !linux

package main

import (
	"context"
	"errors"

	"github.com/longshore-go/longshore/mapper"
)

// Elsewhere there are goroutines only: who is left behind of processes is read from /proc.
const haveWorkers = false

func obey(context.Context, order) (answer, error) { panic("no workers") }
func obeyOnly(context.Context, order) error       { panic("no workers") }
func perish(does string)                          { panic("no step " + does) }
func workerBody(*plan) mapper.Body[order, answer] { return mapper.Plain(obey) }
func (p *play) employ() error                     { return errors.ErrUnsupported }
func (p *play) strike() func()                    { return func() {} }
func descriptors() ([]string, error)              { return nil, nil }
func children() []int                             { return nil }
