package wire_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"time"

	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process/wire"
)

// A batch goes down, its results come up.
func Example() {
	near, far := net.Pipe()
	parent, worker := wire.NewConn(near), wire.NewConn(far)
	number := reflect.TypeFor[int]()

	done := make(chan struct{})
	go func() {
		defer close(done)
		in, out := wire.NewCodec(number), wire.NewCodec(number)
		frame, _ := worker.ReadFrame()
		batch, _ := wire.ParseBatch(frame.Payload)
		var results wire.ResultsBuilder
		for item, ok := batch.Next(); ok; item, ok = batch.Next() {
			var n int
			if err := in.Decode(item.Bytes, &n); err != nil {
				_ = results.AddError(wire.Uncoded, err)
			} else if n < 0 {
				_ = results.AddError(wire.Failed, fmt.Errorf("root of %d", n))
			} else {
				_ = results.AddValue(out, n*n)
			}
		}
		_ = worker.WriteFrame(wire.Results, frame.Seq, results.Payload())
	}()

	in, out := wire.NewCodec(number), wire.NewCodec(number)
	var batch wire.BatchBuilder
	for i, n := range []int{3, -1, 5} {
		_ = batch.Add(i, 1, in, n)
	}
	_ = parent.WriteFrame(wire.Batch, 1, batch.Payload())
	frame, _ := parent.ReadFrame()
	results, _ := wire.ParseResults(frame.Payload)
	for item, ok := results.Next(); ok; item, ok = results.Next() {
		if item.Outcome == wire.Value {
			var n int
			_ = out.Decode(item.Bytes, &n)
			fmt.Println(n)
		} else {
			err, _, _ := wire.ParseError(item.Bytes)
			fmt.Println("error:", err)
		}
	}
	<-done
	_, _ = parent.Close(), worker.Close()
	// Output:
	// 9
	// error: root of -1
	// 25
}

func ExampleAppendError() {
	err := fmt.Errorf("fetch: %w", policy.RetryAfter(context.DeadlineExceeded, time.Minute))
	there, _, _ := wire.ParseError(wire.AppendError(nil, err))
	fmt.Println(there)
	fmt.Println(errors.Is(there, context.DeadlineExceeded))
	fmt.Println(policy.RetryDelay(there))
	// Output:
	// fetch: context deadline exceeded
	// true
	// 1m0s true
}

type StatusError struct{ Code int }

func (e *StatusError) Error() string { return fmt.Sprint("status ", e.Code) }

func ExampleRegisterError() {
	wire.RegisterError[*StatusError]()
	there, _, _ := wire.ParseError(wire.AppendError(nil, fmt.Errorf("get: %w", &StatusError{503})))
	status, _ := errors.AsType[*StatusError](there)
	fmt.Println(there, "/", status.Code)
	// Output: get: status 503 / 503
}

func ExampleRegisterSentinel() {
	errSoldOut := errors.New("sold out")
	wire.RegisterSentinel(errSoldOut)
	there, _, _ := wire.ParseError(wire.AppendError(nil, fmt.Errorf("order: %w", errSoldOut)))
	fmt.Println(there, "/", errors.Is(there, errSoldOut))
	// Output: order: sold out / true
}

func ExampleCheckType() {
	fmt.Println(wire.CheckType(reflect.TypeFor[map[string]int]()))
	fmt.Println(wire.CheckType(reflect.TypeFor[func()]()))
	// Output:
	// <nil>
	// wire: cannot encode func(): a func (func()) means nothing in another process
}
