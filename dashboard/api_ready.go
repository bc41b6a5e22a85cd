package dashboard

import (
	"net/http"

	"github.com/longshore-go/longshore/dashboard/internal/history"
	"github.com/longshore-go/longshore/supervisor"
)

// health is the answer of a program that serves: had it hung, there would be none.
type health struct {
	Status string `json:"status"`
}

func (a *api) health(*apiQuery) (any, *apiError) { return health{Status: "ok"}, nil }

// readiness is whether the deployed functions can take work.
type readiness struct {
	Ready     bool            `json:"ready"`
	Functions []readyFunction `json:"functions"`
}

// readyFunction is one deployed function.
type readyFunction struct {
	ID    uint64 `json:"id"`
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	Why   string `json:"why,omitempty"` // it is not
}

// status is what load balancers and Kubernetes look at.
func (r readiness) status() int {
	if r.Ready {
		return http.StatusOK
	}
	return http.StatusServiceUnavailable
}

// ready is about all functions, or those with one name.
func (a *api) ready(q *apiQuery) (any, *apiError) {
	name := q.text("function")
	if q.err != nil {
		return nil, q.err
	}
	out := readiness{Ready: true, Functions: []readyFunction{}}
	for _, f := range a.functions() {
		if name != "" && f.Name != name {
			continue
		}
		one := readyFunction{ID: f.ID, Name: f.Name, Why: unready(f)}
		one.Ready = one.Why == ""
		out.Ready = out.Ready && one.Ready
		out.Functions = append(out.Functions, one)
	}
	if name != "" && len(out.Functions) == 0 {
		return nil, &apiError{http.StatusNotFound, "no function of that name is deployed", "function"}
	}
	return out, nil
}

// functions is the ones that live, which come first in the overview.
func (a *api) functions() (all []history.Run) {
	f := history.RunFilter{Status: history.Running, Limit: mostLimit}
	for {
		o := a.book.Overview(f)
		for _, run := range o.Runs {
			if !run.Function {
				return all
			}
			all = append(all, run)
		}
		if f.Offset += len(o.Runs); len(o.Runs) < mostLimit {
			return all
		}
	}
}

// unready is why a function cannot take work, empty if it can. One that has no container starts
// one when there is work: that is no reason, unless starts are of no use.
func unready(f history.Run) string {
	states := f.Pool.ByState
	if f.Loop == nil || states[string(supervisor.Idle)]+states[string(supervisor.Running)] > 0 {
		return ""
	}
	why := "it is crash-looping, and no container works"
	if f.Loop.Last != nil && f.Loop.Last.Error != nil && f.Loop.Last.Error.Crash != nil {
		why += "; the last crash: " + f.Loop.Last.Error.Crash.Reason
	}
	return why
}
