package screen

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
)

// count is amount.Number for a template, which knows both kinds of integers.
func count(n any) string {
	switch n := n.(type) {
	case int:
		return amount.Number(n)
	case int64:
		return amount.Number(n)
	}
	return fmt.Sprint(n)
}

// rate writes a number per second: 24.7, or 1,204 where a tenth says nothing.
func rate(f float64) string {
	if f >= 100 || f == math.Trunc(f) {
		return amount.Number(int(math.Round(f)))
	}
	return strconv.FormatFloat(f, 'f', 1, 64)
}

// percent writes a share of 1, and not 0 or 100 where it is not that.
func percent(f float64) string {
	switch {
	case f > 0 && f < 0.01:
		return "under 1 %"
	case f > 0.99 && f < 1:
		return "99 %"
	}
	return strconv.Itoa(int(f*100+0.5)) + " %"
}

// duration writes how long something took, with two digits or so: 312 ms, 4.2 s, 1m 20s.
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "−" + duration(-d)
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d)
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return seconds(d)
}

// seconds writes a duration in whole seconds. live.js does the same for times that tick.
func seconds(d time.Duration) string {
	s := int(d / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%dm %ds", s/60, s%60)
	case s < 24*3600:
		return fmt.Sprintf("%dh %dm", s/3600, s/60%60)
	}
	return fmt.Sprintf("%dd %dh", s/(24*3600), s/3600%24)
}

// moment is a point of time as a page shows it: relative, with the absolute time behind it.
type moment struct {
	At   string // for programs
	Full string // absolute
	Rel  string // relative
	Tick string // what the browser makes of it: ago, until, age or clock
}

// page is what a page says when it is loaded.
func (m moment) page() string { return m.Rel }

// stream is nothing for a moment that ticks: an open page counts by itself, and what has not
// changed otherwise need not be sent each second.
func (m moment) stream() string {
	if m.Tick != "" {
		return ""
	}
	return m.Rel
}

func momentOf(t time.Time, rel, tick string) moment {
	t = t.UTC()
	return moment{At: t.Format("2006-01-02T15:04:05.000Z"), Full: t.Format("2006-01-02 15:04:05.000 UTC"), Rel: rel, Tick: tick}
}

// ago is a moment that has been.
func ago(t time.Time) moment {
	d := time.Since(t)
	if d < time.Second {
		return momentOf(t, "just now", "ago")
	}
	return momentOf(t, seconds(d)+" ago", "ago")
}

// age is the time since a moment.
func age(t time.Time) moment { return momentOf(t, seconds(max(time.Since(t), 0)), "age") }

// until is a moment to come.
func until(t time.Time) moment {
	d := time.Until(t)
	if d <= 0 {
		return momentOf(t, "now", "until")
	}
	return momentOf(t, "in "+seconds(d+time.Second-1), "until") // in 1 s until it is there
}

// clock is a moment by the clock. The server's zone is nobody's: it is UTC, until the browser puts it into the
// reader's own.
func clock(t time.Time) moment {
	form := "15:04:05 UTC"
	if time.Since(t).Abs() > 12*time.Hour {
		form = "2 Jan 15:04 UTC"
	}
	return momentOf(t, t.UTC().Format(form), "clock")
}
