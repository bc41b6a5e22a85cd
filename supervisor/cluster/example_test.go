package cluster_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/supervisor/cluster"
	"github.com/longshore-go/longshore/supervisor/registry"
)

func half(_ context.Context, n int) (int, error) { return n / 2, nil }

var _ = registry.Register(half)

// A fleet of this process alone. With Options.URL it is that of all machines where this program serves.
func Example() {
	fleet := cluster.New(cluster.Options{Local: 2})
	defer fleet.Close()
	halves, err := mapper.Collect(context.Background(), half, []int{2, 4, 6}, mapper.Options{Runtime: fleet})
	fmt.Println(halves, err)
	// Output: [1 2 3] <nil>
}

// A run that outlives its caller: what the first life has recorded the second one does not execute. Both are this program here,
// which has a server inside. With Options.URL the second one may be on any machine.
func ExampleRuntime_Journal() {
	store, err := os.MkdirTemp("", "journals")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(store)
	for _, numbers := range [][]int{{2, 4}, {6, 4, 2}} {
		fleet := cluster.New(cluster.Options{Local: 2, Store: store})
		journal := fleet.Journal("halves", cluster.JournalOptions{Version: "v1"})
		run, err := mapper.Start(context.Background(), half, slices.Values(numbers), mapper.Options{Runtime: fleet, Journal: journal})
		if err != nil {
			fmt.Println(err)
			return
		}
		for res := range run.All() {
			fmt.Println(res.Input, res.Value, res.Err)
		}
		fmt.Println("restored:", run.Stats().Restored)
		_ = fleet.Close()
	}
	// Output:
	// 2 1 <nil>
	// 4 2 <nil>
	// restored: 0
	// 6 3 <nil>
	// 4 2 <nil>
	// 2 1 <nil>
	// restored: 2
}

// What a run has recorded, for whoever wants to know. With Options.URL it is read on any machine, also while the run goes on.
func ExampleRuntime_ReadJournal() {
	store, err := os.MkdirTemp("", "journals")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(store)
	fleet := cluster.New(cluster.Options{Local: 2, Store: store})
	defer fleet.Close()
	ctx := context.Background()
	_, err = mapper.Collect(ctx, half, []int{2, 4}, mapper.Options{Runtime: fleet, Journal: fleet.Journal("halves", cluster.JournalOptions{})})
	if err != nil {
		fmt.Println(err)
		return
	}
	read, err := fleet.ReadJournal(ctx, "halves")
	if err != nil {
		fmt.Println(err)
		return
	}
	for entry, err := range read.All() {
		fmt.Println(entry.Index, entry.State, entry.Value, err)
	}
	_ = map[string]http.Handler{"halves": read} // for dashboard.Options.Journals
	// Output:
	// 0 succeeded 1 <nil>
	// 1 succeeded 2 <nil>
}

// The inputs of a run are known by their names, whatever else is in them.
func ExampleKeyOf() {
	type file struct {
		Name string
		Open func() error // of which there is no content
	}
	key := cluster.KeyOf(func(f file) string { return f.Name })
	fmt.Println(key(file{Name: "a.jpg"}))
	_ = cluster.JournalOptions{Key: key}
	// Output: a.jpg
}
