package progress_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/progress"
)

func Example() {
	bars := progress.New(os.Stderr, progress.Options{})
	defer bars.Close()
	log.SetOutput(bars) // log lines are printed above the bars

	shout := func(_ context.Context, word string) (string, error) { return strings.ToUpper(word), nil }
	words, err := mapper.Collect(context.Background(), shout, []string{"ahoy", "land"},
		mapper.Options{Name: "shout", Observer: bars})
	fmt.Println(words, err) // results go to stdout
	// Output: [AHOY LAND] <nil>
}
