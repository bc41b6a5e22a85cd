package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/longshore-go/longshore/supervisor"
)

// ledger is what the containers have done. Its methods are safe for concurrent use.
type ledger struct {
	mu     sync.Mutex
	enters int
	built  time.Duration // all indexes together
	pages  []page
}

// page is what one container has done.
type page struct {
	container    int
	names, files int
	queries      int
	built, took  time.Duration // the building of the index, and all its queries
}

func (l *ledger) entered(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.enters++
	l.built += took
}

func (l *ledger) exited(p page) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages = append(l.pages, p)
}

// print says what each container did, and all together.
func (l *ledger) print(w io.Writer, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.SortFunc(l.pages, func(a, b page) int { return a.container - b.container })
	var queries int
	var asked time.Duration
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\ncontainer\tnames\tfiles\tbuilt in\tqueries\tanswered in")
	for _, p := range l.pages {
		queries += p.queries
		asked += p.took
		fmt.Fprintf(t, "%s\t%d\t%d\t%v\t%d\t%v\n", p.name(), p.names, p.files, round(p.built), p.queries, round(p.took))
	}
	_ = t.Flush()
	fmt.Fprintf(w, "\n%d times enter made an index, in %v; %d times exit ended one; %d attempts at queries took %v; everything took %v\n",
		l.enters, round(l.built), len(l.pages), queries, round(asked), round(took))
}

// name is the container's number, which only a query tells.
func (p page) name() string {
	if p.queries == 0 {
		return "-"
	}
	return strconv.Itoa(p.container)
}

// round leaves out what nobody reads.
func round(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(time.Millisecond)
}

const shown = 12 // queries in the table, and all that have failed

// printAnswers prints the first answers and every failure. Of a long list it says how
// much it leaves out.
func printAnswers(w io.Writer, queries []string, answers []answer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "query\tuses\tfirst")
	hidden := 0
	for i, a := range answers {
		switch {
		case a.err != nil:
			fmt.Fprintf(t, "%s\t-\t%s\n", queries[i], reason(a.err))
		case i < shown:
			fmt.Fprintf(t, "%s\t%d\t%v\n", queries[i], len(a.uses), a.uses[0])
		default:
			hidden++
		}
	}
	_ = t.Flush()
	if hidden > 0 {
		fmt.Fprintf(w, "and %d more\n", hidden)
	}
}

// reason is an error in words.
func reason(err error) string {
	if e, ok := errors.AsType[*supervisor.CrashError](err); ok {
		return fmt.Sprintf("the search panicked: %v", e.Panic)
	}
	return err.Error()
}
