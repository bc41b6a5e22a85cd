package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

func sq(_ context.Context, x int) (int, error) { return x * x, nil }

func TestSmoke(t *testing.T) {
	in := make([]int, 100000)
	for i := range in {
		in[i] = i
	}
	out, err := mapper.Collect(t.Context(), sq, in, mapper.Options{})
	if err != nil || out[99999] != 99999*99999 || out[5] != 25 {
		t.Fatal(err, out[5])
	}
	for _, un := range []bool{false, true} {
		n, sum := 0, 0
		for r := range mapper.Map(t.Context(), sq, in, mapper.Options{Unordered: un}) {
			if !un && r.Index != n {
				t.Fatal(r, n)
			}
			n++
			sum += r.Value - r.Index*r.Index
		}
		if n != len(in) || sum != 0 {
			t.Fatal(n, sum)
		}
		run, err := mapper.Start(t.Context(), sq, slices.Values(in), mapper.Options{Unordered: un})
		if err != nil {
			t.Fatal(err)
		}
		n = 0
		for r := range run.All() {
			if !un && r.Index != n {
				t.Fatal(r, n)
			}
			n++
		}
		if n != len(in) || run.Wait() != nil {
			t.Fatal(n)
		}
		fmt.Println(run.Stats())
	}
}

func TestSmokeMix(t *testing.T) {
	in := make([]int, 10000)
	for i := range in {
		in[i] = i
	}
	start := time.Now()
	tries := make([]int, len(in))
	out, err := mapper.Collect(t.Context(), func(ctx context.Context, i int) (int, error) {
		tries[i]++
		switch {
		case i%100 == 3:
			panic(fmt.Sprint("poison ", i))
		case i%100 == 7:
			<-ctx.Done()
			return 0, ctx.Err()
		case i%20 == 2 && tries[i] <= 2:
			return 0, errors.New("flaky")
		}
		return i, nil
	}, in, mapper.Options{ReturnExceptions: true, Containers: 8, Timeout: 10 * time.Millisecond, Retries: policy.Retries{MaxRetries: 2, InitialDelay: time.Millisecond}})
	var fe *mapper.FailuresError
	if !errors.As(err, &fe) || len(fe.Failures) != 200 {
		t.Fatal(err)
	}
	for _, f := range fe.Failures {
		if f.Attempts != 3 {
			t.Fatal(f)
		}
	}
	fmt.Println(time.Since(start), len(out), fe.Error())
}
