package screen

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/longshore-go/longshore/dashboard/internal/history"
)

// Overview is all functions and runs.
type Overview struct {
	history.Overview
	Filter  history.RunFilter
	Looping []history.Run // those that are crash-looping, whatever the filter
}

// Screen is the page.
func (o Overview) Screen() Screen {
	return Screen{Title: "Functions and runs", Parts: []string{"loops", "overview"}, Data: o}
}

// Pager leads to the other runs that match.
func (o Overview) Pager() Pager {
	q := query("status", name(string(o.Filter.Status)), "q", name(o.Filter.Text))
	if o.Filter.Parent > 0 {
		q.Set("parent", strconv.FormatUint(o.Filter.Parent, 10))
	}
	return pager(q, o.Filter.Offset, len(o.Runs), o.Total, o.Filter.Limit)
}

// Statuses are what runs can be filtered by.
func (Overview) Statuses() []string {
	return []string{"running", "crash_looping", "succeeded", "failed", "cancelled", "stopped"}
}

// Run is one run or function.
type Run struct {
	history.Run
	Containers history.Page[history.Container] // the first of them
	On         history.Overview                // the runs on a function
	Actions    bool
}

// Screen is the page.
func (r Run) Screen() Screen {
	return Screen{
		Title: Called(r.Run), Path: runPath(r.ID),
		Parts: []string{"loop", "run", "causes", "charts", "containers", "crashes", "on", "settings"},
		Data:  r,
	}
}

// Acts reports that buttons make sense.
func (r Run) Acts() bool { return r.Actions && r.Ended.IsZero() }

// Bar is the progress.
func (r Run) Bar() *bar { return progress(r.Counts) }

// Charts of the last minutes.
func (r Run) Charts() []chart { return charts(r.Series) }

// Containers is the containers of a run.
type Containers struct {
	Run    history.Run
	Page   history.Page[history.Container]
	Filter history.ContainerFilter
}

// Screen is the page.
func (c Containers) Screen() Screen {
	return Screen{
		Title: "Containers of " + Called(c.Run), Path: runPath(c.Run.ID) + "/containers",
		Trail: []Link{{runPath(c.Run.ID), Called(c.Run)}},
		Parts: []string{"all-containers"}, Data: c,
	}
}

// Pager leads to the others.
func (c Containers) Pager() Pager {
	q := query("state", name(c.Filter.State))
	if c.Filter.Ended {
		q.Set("ended", "1")
	}
	return pager(q, c.Page.Offset, len(c.Page.Items), c.Page.Total, c.Filter.Limit)
}

// States are what containers can be filtered by.
func (Containers) States() []string {
	return []string{"starting", "idle", "running", "stopping", "backing_off", "crash_looping", "stopped", "crashed", "abandoned"}
}

// Inputs is inputs of a run.
type Inputs struct {
	Run    history.Run
	Page   history.Page[history.Input]
	Filter history.InputFilter
	Cause  *history.Cause // that the filter names, if it is known
}

// Screen is the page.
func (i Inputs) Screen() Screen {
	return Screen{
		Title: "Inputs of " + Called(i.Run), Path: runPath(i.Run.ID) + "/inputs",
		Trail: []Link{{runPath(i.Run.ID), Called(i.Run)}},
		Parts: []string{"inputs"}, Data: i,
	}
}

// Pager leads to the others.
func (i Inputs) Pager() Pager {
	q := query("state", name(i.Filter.State), "q", name(i.Filter.Text), "cause", name(i.Filter.Cause))
	if i.Filter.Container >= 0 {
		q.Set("container", strconv.Itoa(i.Filter.Container))
	}
	return pager(q, i.Page.Offset, len(i.Page.Items), i.Page.Total, i.Filter.Limit)
}

// States are what inputs can be filtered by.
func (Inputs) States() []string {
	return []string{"pending", "running", "retrying", "succeeded", "failed", "cancelled"}
}

// Container is one container.
type Container struct {
	Run     history.Run
	Story   history.ContainerStory
	Actions bool
}

// Screen is the page.
func (c Container) Screen() Screen {
	path := runPath(c.Run.ID)
	return Screen{
		Title: fmt.Sprintf("Container %d of %s", c.Story.ID, Called(c.Run)),
		Path:  fmt.Sprintf("%s/containers/%d", path, c.Story.ID),
		Trail: []Link{{path, Called(c.Run)}, {path + "/containers", "containers"}},
		Parts: []string{"container", "container-log", "container-crashes", "container-states", "container-attempts"},
		Data:  c,
	}
}

// Acts reports that buttons make sense.
func (c Container) Acts() bool {
	return c.Actions && c.Run.Ended.IsZero() && c.Story.ID >= 0 && c.Story.Ended.IsZero()
}

// MemoryBar is its memory against its limit.
func (c Container) MemoryBar() *bar {
	label := bytes(c.Story.Memory) + " of " + bytes(c.Story.MemoryLimit)
	return gauge(int(c.Story.Memory>>10), int(c.Story.MemoryLimit>>10), label)
}

// Input is one input.
type Input struct {
	Run   history.Run
	Story history.InputStory
}

// Screen is the page.
func (i Input) Screen() Screen {
	path := runPath(i.Run.ID)
	return Screen{
		Title: "Input " + number(i.Story.Index) + " of " + Called(i.Run),
		Path:  fmt.Sprintf("%s/inputs/%d", path, i.Story.Index),
		Trail: []Link{{path, Called(i.Run)}, {path + "/inputs", "inputs"}},
		Parts: []string{"input"}, Data: i,
	}
}

// Message is a page that only says something.
type Message struct{ Title, Text string }

// Screen is the page, at a path of so many folders.
func (m Message) Screen(path string) Screen {
	return Screen{Title: m.Title, Path: path, Parts: []string{"message"}, Data: m}
}

// Called is the name of a run, or what it is called without one.
func Called(r history.Run) string {
	switch {
	case r.Name != "":
		return name(r.Name)
	case r.Function:
		return fmt.Sprintf("function %d", r.ID)
	}
	return fmt.Sprintf("run %d", r.ID)
}

func runPath(id uint64) string { return "runs/" + strconv.FormatUint(id, 10) }

// query is pairs of names and values, without those that are empty.
func query(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q
}
