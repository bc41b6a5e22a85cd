package recorded

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/longshore-go/longshore/supervisor/cause"
)

// Report is what a journal says of its run, in short.
type Report struct {
	Path   string  `json:"path"`
	Stats  Stats   `json:"stats"`
	Causes []Cause `json:"causes"` // of failures, the most frequent first, at most 100
	Others int     `json:"others"` // failures whose cause is not among them
	About
}

// Cause is failures that say the same.
type Cause struct {
	Title  string        `json:"title"`
	Kind   string        `json:"kind"`
	Count  int           `json:"count"`
	Inputs []FailedInput `json:"inputs"` // the first of them, at most 20
}

// FailedInput is an input that has failed.
type FailedInput struct {
	Index    int    `json:"index"`
	Key      string `json:"key"`
	Attempts int    `json:"attempts"`
}

const (
	mostCauses = 100
	mostInputs = 20
)

// often is how many entries are read until ctx is looked at again.
const often = 1024

// Report reads all of the journal, which blocks, until ctx ends. The error is the first that is not about one entry: those are
// counted in Stats.Damaged.
func (r *Reader) Report(ctx context.Context) (Report, error) {
	report := Report{Path: r.path, Causes: []Cause{}}
	c, err := r.open(ctx)
	if err != nil {
		return report, err
	}
	defer c.Close()
	report.About, err = c.About()
	if report.Suspects == nil {
		report.Suspects = []Suspect{}
	}
	if err != nil {
		return report, err
	}
	causes := map[string]*Cause{}
	n := 0
	err = c.Each(func(e Entry, err error) bool {
		report.Stats.count(e, err)
		if err == nil && e.State == Failed {
			report.fails(causes, e)
		}
		n++
		return n%often != 0 || ctx.Err() == nil
	})
	switch {
	case ctx.Err() != nil:
		return report, context.Cause(ctx)
	case err != nil:
		return report, err
	}
	for _, c := range slices.SortedFunc(maps.Values(causes), func(a, b *Cause) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Title, b.Title))
	}) {
		report.Causes = append(report.Causes, *c)
	}
	return report, nil
}

// fails adds a failure to its cause.
func (r *Report) fails(causes map[string]*Cause, e Entry) {
	of := cause.Of(e.Err)
	key := e.Err.Kind + " " + of.Key
	c := causes[key]
	if c == nil {
		if len(causes) == mostCauses {
			r.Others++
			return
		}
		c = &Cause{Title: of.Title, Kind: e.Err.Kind}
		causes[key] = c
	}
	c.Count++
	if len(c.Inputs) < mostInputs {
		c.Inputs = append(c.Inputs, FailedInput{Index: e.Index, Key: e.Key, Attempts: e.Attempts})
	}
}
