//go:build unix

package process_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/longshore-go/longshore/supervisor"
	"github.com/longshore-go/longshore/supervisor/process"
)

// reciprocal takes its process down for 0.
func reciprocal(_ context.Context, n int) (int, error) { return 1000 / n, nil }

var _ = process.Register(reciprocal)

// A mapper does this for each container. The program has called process.Main first.
func Example() {
	ctx := context.Background()
	workers := process.New(process.Options{Memory: 256 << 20})
	worker, err := workers.Open(ctx, supervisor.Launch{Function: reciprocal, Container: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = worker.Run(ctx, supervisor.Chunk{Inputs: []any{4, 0, 5}}, func(i int, value any, err error) {
		fmt.Println("input", i, "is", value)
	})
	fmt.Println(err)
	_ = worker.Close(ctx)
	// Output:
	// input 0 is 250
	// supervisor: container 1 crashed on input 1: panic: runtime error: integer divide by zero
}

// inWorker has a worker execute a function on inputs, as a mapper does.
func inWorker(function any, inputs ...any) {
	ctx := context.Background()
	worker, err := process.New(process.Options{}).Open(ctx, supervisor.Launch{Function: function, Container: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer worker.Close(ctx)
	if err := worker.Run(ctx, supervisor.Chunk{Inputs: inputs}, func(i int, value any, err error) { fmt.Println(value, err) }); err != nil {
		fmt.Println(err)
	}
}

// seen is for mapper.Each, which has no values.
func seen(_ context.Context, word string) error {
	if word == "" {
		return fmt.Errorf("nothing to see")
	}
	return nil
}

var _ = process.RegisterEach(seen)

func ExampleRegisterEach() {
	inWorker(seen, "land", "")
	// Output:
	// {} <nil>
	// <nil> nothing to see
}

// What of the options is in force is not the same on every system.
func ExampleRuntime_Limits() {
	limits := process.New(process.Options{Memory: 256 << 20}).Limits()
	fmt.Println(limits.Memory>>20, "MiB", limits.By != "")
	// Output: 256 MiB true
}

// knots is a speed that crosses as text.
type knots float64

type knotsCodec struct{}

func (knotsCodec) Encode(v any, dst []byte) ([]byte, error) {
	return strconv.AppendFloat(dst, float64(v.(knots)), 'g', -1, 64), nil
}

func (knotsCodec) Decode(src []byte, into any) error {
	f, err := strconv.ParseFloat(string(src), 64)
	*into.(*knots) = knots(f)
	return err
}

func init() { process.RegisterCodec[knots](func() process.Codec { return knotsCodec{} }) }

func faster(_ context.Context, k knots) (knots, error) { return k + 0.5, nil }

var _ = process.Register(faster)

func ExampleRegisterCodec() {
	inWorker(faster, knots(1), knots(12))
	// Output:
	// 1.5 <nil>
	// 12.5 <nil>
}
