package cause_test

import (
	"fmt"
	"os"
	"time"

	"github.com/longshore-go/longshore/supervisor/cause"
)

func ExampleOf() {
	_, err := os.Open("no/such/file-7.jpg")
	fmt.Println(cause.Of(fmt.Errorf("input 7: %w", err)).Title)
	// Output: input #: open …: no such file or directory
}

func ExampleGroups() {
	var failures cause.Groups
	for i := range 20 {
		err := fmt.Errorf("user %d not found", i)
		failures.Add(err, time.Now(), cause.Sample{Run: 1, Input: i, Attempt: 1})
	}
	for _, g := range failures.All() {
		fmt.Println(g.Count, g.Title, "as in:", g.Example)
	}
	// Output: 20 user # not found as in: user 0 not found
}

func ExampleClean() {
	fmt.Println(cause.Clean("a file\nnamed \x1b[31mred\x1b[0m", 20))
	// Output: a file named red
}
