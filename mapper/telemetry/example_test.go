package telemetry_test

import (
	"context"
	"errors"
	"fmt"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/mapper/telemetry"
)

// Where the numbers and the spans go is up to the SDK; here they stay in memory.
func Example() {
	exporter := tracetest.NewInMemoryExporter()
	t, err := telemetry.New(telemetry.Options{
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(sdkmetric.NewManualReader())),
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = mapper.Each(context.Background(), func(_ context.Context, name string) error {
		return errors.New("cannot read " + name)
	}, []string{"a.jpg"}, mapper.Options{Name: "thumbnail", Observer: t})
	if err := t.Close(); err != nil {
		fmt.Println(err)
	}
	for _, span := range exporter.GetSpans() {
		fmt.Println(span.Name, span.Status.Code, span.Status.Description)
	}
	// Output:
	// longshore.attempt Error cannot read a.jpg
	// longshore.run Error mapper: input 0 failed after 1 attempt: cannot read a.jpg
}
