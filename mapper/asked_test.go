package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor"
)

// TestAskedForEver: a run ends although a function that it asks about an input never returns.
func TestAskedForEver(t *testing.T) {
	gone := errors.New("gone")
	for name, body := range map[string]func(b mapper.Body[int, int], hang func(int)) mapper.Body[int, int]{
		"Keyed": func(b mapper.Body[int, int], hang func(int)) mapper.Body[int, int] {
			return b.Keyed(func(i int) string { hang(i); return "a" }, mapper.KeyLimit{})
		},
		"For": func(b mapper.Body[int, int], hang func(int)) mapper.Body[int, int] {
			return b.Keyed(func(int) string { return "a" }, mapper.KeyLimit{For: func(string) mapper.KeyLimit {
				hang(3)
				return mapper.KeyLimit{}
			}})
		},
		"Weighted": func(b mapper.Body[int, int], hang func(int)) mapper.Body[int, int] {
			return b.Weighted(func(i int) int64 { hang(i); return 1 })
		},
	} {
		for containers, rt := range map[int]supervisor.Runtime{1: nil, 3: nil, 2: &farRuntime{}} {
			t.Run(fmt.Sprint(name, containers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					forever := make(chan struct{})
					defer close(forever)
					b := body(mapper.Plain(squared), func(i int) {
						if i == 3 {
							<-forever
						}
					})
					opts := mapper.Options{Containers: containers, Runtime: rt, ReturnExceptions: true, Grace: time.Second}
					if name == "Weighted" {
						opts.Capacity = 10
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Minute, func() { cancel(gone) })
					begin := time.Now()
					n := 0
					for r := range b.Map(ctx, ints(10), opts) {
						require.Equal(t, n, r.Index)
						n++
						if r.Index >= 3 && r.Index < 3+1 {
							require.ErrorIs(t, r.Err, gone)
						}
					}
					require.Equal(t, 10, n)
					require.Equal(t, time.Minute+time.Second, time.Since(begin))

					opts.ReturnExceptions = false
					f, err := mapper.Deploy(t.Context(), b, opts)
					require.NoError(t, err)
					call, err := f.Spawn(t.Context(), 3)
					require.NoError(t, err)
					synctest.Wait()
					short, cancel2 := context.WithTimeout(t.Context(), time.Minute)
					defer cancel2()
					begin = time.Now()
					require.ErrorIs(t, f.Stop(short), context.DeadlineExceeded)
					require.Equal(t, time.Minute+time.Second, time.Since(begin))
					_, err = call.Poll()
					require.ErrorIs(t, err, mapper.ErrStopped)
				})
			})
		}
	}
}
