package metrics

// Type is what a number may do: a counter only grows, a gauge goes up and down, a
// histogram counts by size.
type Type string

// The types, in the words of Prometheus.
const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram"
)

// Family is all the samples of one metric. Families that share a Name stand together and
// differ in a label, which is in Instrument: OpenTelemetry has several there.
type Family struct {
	Name       string   // for Prometheus
	Instrument string   // for OpenTelemetry
	Unit       string   // in UCUM, as OpenTelemetry has it: s, or what is counted, in braces
	Type       Type     // of each sample
	Help       string   // what it means
	Labels     []string // names of the labels, in alphabetical order; none of what is about machines
	Fixed      Label    // a label that all samples have and Instrument says; the zero Label for none
	Samples    []Sample // in the order of their labels
}

// Sample is one number, or a distribution in a histogram.
type Sample struct {
	Labels       []string // what each of the family's is
	Value        float64
	Distribution Distribution
}

// Label is the name of a label and what it is.
type Label struct{ Name, Value string }

// Distribution is how many observations there were, by size.
type Distribution struct {
	Counts []uint64 // of each of [Bounds], not cumulative, and those greater than all of them; nil before the first
	Sum    float64
}

// bounds are the upper bounds of the buckets of every histogram, in seconds: attempts
// take from less than a microsecond to minutes.
var bounds = [...]float64{1e-6, 1e-5, 1e-4, 1e-3, 5e-3, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}

// Bounds returns the upper bounds of the buckets of every histogram, in seconds.
func Bounds() []float64 { return append([]float64(nil), bounds[:]...) }

// add counts n observations of one size.
func (h *Distribution) add(seconds float64, n int) {
	if h.Counts == nil {
		h.Counts = make([]uint64, len(bounds)+1)
	}
	i := 0
	for i < len(bounds) && seconds > bounds[i] {
		i++
	}
	h.Counts[i] += uint64(n)
	h.Sum += seconds * float64(n)
}

// Count is how many observations there were.
func (h Distribution) Count() uint64 {
	var n uint64
	for _, c := range h.Counts {
		n += c
	}
	return n
}
