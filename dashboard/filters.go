package dashboard

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/dashboard/internal/screen"
)

// Filters are in the URL, so that a page can be kept, shared and loaded again. What makes no
// sense is as good as nothing: a page is for people, and shows them what it has understood.
// The API is strict instead.

// longest is how much of a text is looked for.
const longest = 200

func runFilter(q url.Values) history.RunFilter {
	parent, _ := strconv.ParseUint(q.Get("parent"), 10, 64)
	order := history.Order(textOf(q, "sort"))
	if !order.Known() {
		order = ""
	}
	return history.RunFilter{
		Status: history.Status(textOf(q, "status")), Text: textOf(q, "q"), Parent: parent,
		Sort: order, Offset: offsetOf(q), Limit: screen.PageSize,
	}
}

func containerFilter(q url.Values) history.ContainerFilter {
	return history.ContainerFilter{
		State: textOf(q, "state"), Ended: q.Get("ended") == "1",
		Offset: offsetOf(q), Limit: screen.PageSize,
	}
}

func inputFilter(q url.Values) history.InputFilter {
	container, err := strconv.Atoi(q.Get("container"))
	if err != nil || container < 0 {
		container = -1
	}
	return history.InputFilter{
		State: textOf(q, "state"), Cause: textOf(q, "cause"), Text: textOf(q, "q"), Container: container,
		Offset: offsetOf(q), Limit: screen.PageSize,
	}
}

func textOf(q url.Values, name string) string {
	s := q.Get(name)
	return s[:min(len(s), longest)]
}

func offsetOf(q url.Values) int {
	n, err := strconv.Atoi(q.Get("offset"))
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// runOf is the number of the run in the path.
func runOf(r *http.Request) (uint64, bool) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	return id, err == nil && id > 0
}

// keyOf tells pages apart.
func keyOf(kind string, what ...any) string { return fmt.Sprintf("%s %#v", kind, what) }
