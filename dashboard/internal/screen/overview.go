package screen

import (
	"net/url"
	"strconv"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// Overview is all functions and runs.
type Overview struct {
	history.Overview
	Filter   history.RunFilter
	Journals []string      // names of pages about them
	Looping  []history.Run // those that are crash-looping, whatever the filter
}

// Screen is the page.
func (o Overview) Screen() Screen {
	return Screen{Title: "Functions and runs", Parts: []string{"mood", "overview-head", "loops", "losses", "overview", "journals"}, Data: o, Loops: o.Loops()}
}

// Pager leads to the other runs that match.
func (o Overview) Pager() Pager {
	return pager(o.query(), o.Filter.Offset, len(o.Runs), o.Total, o.Filter.Limit)
}

// query is what the filter is in the URL, but for the offset.
func (o Overview) query() url.Values {
	q := query("status", name(string(o.Filter.Status)), "q", whole(o.Filter.Text), "sort", name(string(o.Filter.Sort)))
	if o.Filter.Parent > 0 {
		q.Set("parent", strconv.FormatUint(o.Filter.Parent, 10))
	}
	return q
}

// Sums is the inputs of all that are kept, by state.
func (o Overview) Sums() []counted {
	s := o.Overview.Sums
	return states(history.Counts{
		Pending: s.Pending, Running: s.Running, Retrying: s.Retrying,
		Succeeded: s.Succeeded, Failed: s.Failed, Cancelled: s.Cancelled,
	})
}

// Statuses are what runs can be filtered by.
func (Overview) Statuses() []string {
	all := []string{"running", "crash_looping", "waiting", "paused"}
	for _, end := range history.Ends() {
		all = append(all, string(end))
	}
	return all
}

// Filtered reports that not all is shown.
func (o Overview) Filtered() bool {
	return o.Filter.Status != "" || o.Filter.Text != "" || o.Filter.Parent > 0 || o.Filter.Offset > 0
}

// Loops is how many are crash-looping.
func (o Overview) Loops() int { return o.Overview.Looping }
