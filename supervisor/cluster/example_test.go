package cluster_test

import (
	"context"
	"fmt"

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
