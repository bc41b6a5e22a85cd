package screen

import (
	"strings"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// segment is a part of a bar, in thousandths of its length.
type segment struct {
	Tone     string
	From, To float64
}

// Length is what it takes of the bar.
func (s segment) Length() float64 { return s.To - s.From }

// bar is a bar in segments, and the same in words.
type bar struct {
	Segments []segment
	Label    string
}

// progress shows inputs by state. A run that does not know how many inputs there are, and a
// function, have none.
func progress(c history.Counts) *bar {
	if c.Inputs <= 0 {
		return nil
	}
	b := &bar{}
	var words []string
	at := 0.0
	for _, s := range []struct {
		tone, name string
		n          int
	}{
		{"green", "succeeded", c.Succeeded},
		{"red", "failed", c.Failed},
		{"grey", "cancelled", c.Cancelled},
		{"amber", "retrying", c.Retrying},
		{"blue", "running", c.Running},
	} {
		if s.n > 0 {
			to := min(at+1000*float64(s.n)/float64(c.Inputs), 1000)
			b.Segments = append(b.Segments, segment{s.tone, at, to})
			words = append(words, amount.Number(s.n)+" "+s.name)
			at = to
		}
	}
	b.Label = strings.Join(append(words, "of "+amount.Number(c.Inputs)), ", ")
	return b
}

// gauge shows n of a limit, red from the limit on.
func gauge(n, limit int, label string) *bar {
	tone := "amber"
	if n >= limit {
		tone = "red"
	}
	return gaugeIn(tone, n, limit, label)
}

// gaugeIn shows n of a limit in one tone.
func gaugeIn(tone string, n, limit int, label string) *bar {
	b := &bar{Label: label}
	if n > 0 && limit > 0 {
		b.Segments = []segment{{tone, 0, 1000 * min(share(n, limit), 1)}}
	}
	return b
}

func share(n, of int) float64 {
	if of <= 0 {
		return 0
	}
	return float64(n) / float64(of)
}
