package screen

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/internal/amount"
)

// Run is one run or function.
type Run struct {
	history.Run
	Containers history.Page[history.Container] // the first of them
	On         history.Overview                // the runs on a function
	Lanes      Lanes
	Above      string // the name of the function that serves it
	Actions    bool
}

// Screen is the page.
func (r Run) Screen() Screen {
	return Screen{
		Title: Called(r.Run), Path: runPath(r.ID),
		Parts: []string{"mood", "run-head", "loop", "run", "causes", "charts", "lanes", "containers", "machines", "incidents", "crashes", "on", "settings"},
		Data:  r, Loops: r.Loops(),
	}
}

// Loops is 1 in a crash loop.
func (r Run) Loops() int { return loops(r.Run) }

func loops(r history.Run) int {
	if r.Loop != nil {
		return 1
	}
	return 0
}

// Acts reports that buttons make sense.
func (r Run) Acts() bool { return r.Actions && r.Ended.IsZero() }

// Bar is the progress.
func (r Run) Bar() *bar { return progress(r.Counts) }

// Charts of the last minutes.
func (r Run) Charts() []chart { return charts(r.Run) }

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
		Parts: []string{"mood", "all-containers"}, Data: c, Loops: c.Loops(),
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
		Parts: []string{"mood", "inputs"}, Data: i, Loops: i.Loops(),
	}
}

// Pager leads to the others.
func (i Inputs) Pager() Pager {
	q := query("state", name(i.Filter.State), "q", whole(i.Filter.Text), "cause", whole(i.Filter.Cause))
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
		Parts: []string{"mood", "container-head", "container-crash", "container", "container-memory", "container-log", "container-attempts", "container-crashes", "container-states"},
		Data:  c, Loops: c.Loops(),
	}
}

// Crash is its own, of one that has ended by it.
func (c Container) Crash() *history.Crash {
	if last := c.Story.LastCrash; last != nil && last.Container == c.Story.ID && !c.Story.Ended.IsZero() {
		return last
	}
	return nil
}

// Acts reports that buttons make sense.
func (c Container) Acts() bool {
	return c.Actions && c.Run.Ended.IsZero() && c.Story.ID >= 0 && c.Story.Ended.IsZero()
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
		Title: "Input " + amount.Number(i.Story.Index) + " of " + Called(i.Run),
		Path:  fmt.Sprintf("%s/inputs/%d", path, i.Story.Index),
		Trail: []Link{{path, Called(i.Run)}, {path + "/inputs", "inputs"}},
		Parts: []string{"mood", "input"}, Data: i, Loops: i.Loops(),
	}
}

// Loops is 1 in a crash loop.
func (c Containers) Loops() int { return loops(c.Run) }

// Loops is 1 in a crash loop.
func (i Inputs) Loops() int { return loops(i.Run) }

// Loops is 1 in a crash loop.
func (c Container) Loops() int { return loops(c.Run) }

// Loops is 1 in a crash loop.
func (i Input) Loops() int { return loops(i.Run) }

// Message is a page that only says something, and leads on.
type Message struct {
	Title, Text string
	On          []Link
}

// Screen is the page, at a path of so many folders.
func (m Message) Screen(path string) Screen {
	return Screen{Title: m.Title, Path: path, Parts: []string{"message"}, Data: m}
}

// Called is the name of a function. That of a run has its number: there are many of one name.
func Called(r history.Run) string {
	switch {
	case r.Function && r.Name != "":
		return name(r.Name)
	case r.Function:
		return fmt.Sprintf("function %d", r.ID)
	case r.Name != "":
		return fmt.Sprintf("%s #%d", name(r.Name), r.ID)
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
