package collector_test

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/metrics"
	"github.com/longshore-go/longshore/mapper/metrics/collector"
)

// The runs' Observer is the registry that the collector reads.
func Example() {
	var registry metrics.Registry
	scraped := prometheus.NewRegistry()
	scraped.MustRegister(collector.New(&registry))

	_ = mapper.Each(context.Background(), func(context.Context, string) error { return nil },
		[]string{"a.jpg", "b.jpg"}, mapper.Options{Name: "thumbnail", Observer: &registry})

	families, err := scraped.Gather()
	if err != nil {
		fmt.Println(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == "longshore_inputs_total" {
				fmt.Println(m.GetLabel()[2].GetValue(), m.GetCounter().GetValue())
			}
		}
	}
	// Output:
	// cancelled 0
	// failed 0
	// succeeded 2
}
