package dashboard

import (
	"time"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/mapper"
)

// source is where pages have it from: a history.Book. Tests put values of their own in its
// place, since no run can be made to have every state, and every hostile string, at once.
type source interface {
	Overview(history.RunFilter) history.Overview
	Run(id uint64) (history.Run, bool)
	Lanes(id uint64, until time.Time) ([]history.Lane, bool)
	Containers(id uint64, f history.ContainerFilter) (history.Page[history.Container], bool)
	Container(id uint64, container int) (history.ContainerStory, bool)
	Inputs(id uint64, f history.InputFilter) (history.Page[history.Input], bool)
	Input(id uint64, index int) (history.InputStory, bool)
	View(id uint64) (mapper.View, bool)
	Failed(id uint64, cause string) []any
	Retry(id uint64, cause string, spawn func(input any) error) (int, error)
	Version(id uint64) uint64
}
