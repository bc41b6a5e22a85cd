package journal

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/longshore-go/longshore/internal/logbook"
	"github.com/longshore-go/longshore/internal/record"
	"github.com/longshore-go/longshore/supervisor/cause"
)

// Report is what a journal says of its run, in short.
type Report struct {
	Path     string            `json:"path"`
	Manifest map[string]string `json:"manifest"` // what it is compared by, and of which program it is
	Stats    Stats             `json:"stats"`
	Causes   []Cause           `json:"causes"` // of failures, the most frequent first, at most 100
	Others   int               `json:"others"` // failures whose cause is not among them
	Deaths   int               `json:"deaths"` // of the whole process
	Suspects []Suspect         `json:"suspects"`
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

// Suspect is an input that was executing when the process died.
type Suspect struct {
	Key       string `json:"key"`
	Deaths    int    `json:"deaths"`
	Convicted bool   `json:"convicted"` // it is not executed any more
}

const (
	mostCauses = 100
	mostInputs = 20
)

// Report reads all of the journal, which blocks, until ctx ends. The error is the first that is not about one row: those are
// counted in Stats.Damaged.
func (r *Reader) Report(ctx context.Context) (Report, error) {
	report := Report{Path: r.path, Causes: []Cause{}, Suspects: []Suspect{}}
	if err := r.ask(&report); err != nil {
		return report, failed("read", r.path, err)
	}
	causes := map[string]*Cause{}
	n := 0
	err := r.each(func(e Entry, err error) bool {
		report.Stats.count(e, err)
		if err == nil && e.State == Failed {
			report.fails(causes, e)
		}
		n++
		return n%page != 0 || ctx.Err() == nil
	})
	switch {
	case ctx.Err() != nil:
		return report, context.Cause(ctx)
	case err != nil:
		return report, failed("read", r.path, err)
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

// ask asks for what is not in the rows of inputs.
func (r *Reader) ask(report *Report) error {
	d, err := r.open()
	if err != nil {
		return err
	}
	defer d.Close()
	if report.Manifest, err = d.manifest(); err != nil {
		return err
	}
	m := report.Manifest
	report.Deaths = number(m[fieldDeaths])
	limit := limitOf(number(m[record.FieldCrashLimit]), number(m[fieldOutside]))
	for _, ours := range []string{fieldDeath, fieldDeaths, fieldOutside} {
		delete(m, ours)
	}
	return d.query("SELECT key, deaths, certain FROM deaths ORDER BY certain DESC, deaths DESC, key", nil, func(row []any) error {
		key, _ := row[0].([]byte)
		deaths, _ := row[1].(int64)
		certain, _ := row[2].(int64)
		if len(key) == len(logbook.Key{}) && deaths > 0 {
			report.Suspects = append(report.Suspects, Suspect{fmt.Sprintf("%x", key), int(deaths), int(certain) >= limit})
		}
		return nil
	})
}
