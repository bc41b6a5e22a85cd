package metrics

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// ContentType is that of what [Registry.WriteText] writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// WriteText writes a [Registry.Snapshot] as Prometheus scrapes it, in its text format 0.0.4,
// and returns the error of w. A w that blocks holds up its caller and nobody else.
func (r *Registry) WriteText(w io.Writer) error {
	t := text{bufio.NewWriter(w)}
	last := ""
	for _, f := range r.Snapshot() {
		if f.Name != last {
			t.line("# HELP ", f.Name, " ", help.Replace(f.Help))
			t.line("# TYPE ", f.Name, " ", string(f.Type))
		}
		last = f.Name
		for _, s := range f.Samples {
			t.sample(f, s)
		}
	}
	return t.w.Flush()
}

// What the format escapes: a hostile name must not begin a line of its own.
var (
	help  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	value = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// text keeps the first error, as its writer does, for the Flush at the end.
type text struct{ w *bufio.Writer }

func (t text) line(parts ...string) {
	for _, p := range parts {
		_, _ = t.w.WriteString(p)
	}
	_ = t.w.WriteByte('\n')
}

func (t text) sample(f Family, s Sample) {
	var b strings.Builder
	for i, name := range f.Labels {
		label(&b, name, s.Labels[i])
	}
	if f.Fixed != (Label{}) {
		label(&b, f.Fixed.Name, f.Fixed.Value)
	}
	if f.Type == Histogram {
		t.distribution(f.Name, b.String(), s.Distribution)
	} else {
		t.line(f.Name, "{", b.String(), "} ", number(s.Value))
	}
}

// distribution writes what there is up to each bound: Prometheus has cumulative buckets.
func (t text) distribution(name, labels string, d Distribution) {
	below := uint64(0)
	for i, bound := range bounds {
		if d.Counts != nil {
			below += d.Counts[i]
		}
		t.line(name, "_bucket{", labels, `,le="`, number(bound), `"} `, strconv.FormatUint(below, 10))
	}
	all := strconv.FormatUint(d.Count(), 10)
	t.line(name, "_bucket{", labels, `,le="+Inf"} `, all)
	t.line(name, "_sum{", labels, "} ", number(d.Sum))
	t.line(name, "_count{", labels, "} ", all)
}

func label(b *strings.Builder, name, is string) {
	if b.Len() > 0 {
		b.WriteByte(',')
	}
	b.WriteString(name + `="` + value.Replace(is) + `"`)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
