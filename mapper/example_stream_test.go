package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/longshore-go/longshore/mapper"
)

// A function with many outputs for one input returns an iterator, and each output comes
// as soon as it is its turn.
func ExampleStream() {
	words := func(_ context.Context, line string) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for word := range strings.FieldsSeq(line) {
				if strings.HasPrefix(word, "#") {
					yield("", errors.New("a comment"))
					return
				}
				if !yield(word, nil) {
					return
				}
			}
		}
	}
	lines := slices.Values([]string{"to be or", "", "not # that", "to be"})
	for o := range mapper.Stream(context.Background(), words, lines, mapper.Options{ReturnExceptions: true}) {
		fmt.Println(o.Index, o.Number, o.Value, o.Err)
	}
	// Output:
	// 0 0 to <nil>
	// 0 1 be <nil>
	// 0 2 or <nil>
	// 2 0 not <nil>
	// 2 1  a comment
	// 3 0 to <nil>
	// 3 1 be <nil>
}
