// Package dashboard shows what runs and deployed functions do, in a browser and as JSON.
//
//	d := dashboard.New(dashboard.Options{})
//	go d.ListenAndServe(ctx, "") // http://127.0.0.1:7070
//	mapper.Collect(ctx, fn, inputs, mapper.Options{Name: "resize", Observer: d})
//
// One dashboard serves all runs and functions of a program that have it as their Observer. It
// never delays them: it is told of events through a bounded queue, and looks once a second.
//
// # Pages
//
// There is a page for all functions and runs, for each run or function, its containers and its
// inputs, for one container and for one input. While a function is crash-looping, its page and
// the first page begin with that: since when, how many crashes, why, on which input, when the
// next start is, and what will happen. Open pages follow by themselves; without JavaScript
// they show the moment at which they were loaded.
//
// # Mounting
//
// A Dashboard is an [net/http.Handler] for any prefix; its links are relative:
//
//	http.Handle("/longshore/", http.StripPrefix("/longshore", d))
//
// It does not ask who its visitors are: put a proxy or a handler that does in front of it. Inputs are not shown unless
// Options.Describe says how, since they may be secret. Errors, stacks and the lines of worker
// processes are shown as they are.
//
// # Serving
//
// [Dashboard.ListenAndServe] and [Dashboard.Serve] serve it alone, on a loopback address
// unless Options.AllowRemote is set.
//
// However it is served, requests are refused whose Host is a name that is neither a loopback name nor
// in Options.Hosts, so that no web page can reach it by a name of its own; and the body of a request
// has 10 s.
//
// # Actions
//
// With Options.AllowActions, pages have buttons: to stop, pause and resume a run or a function, to drain a
// container, to forget the crashes of a crash loop, to try failed calls of a function again.
// They take a POST from the same origin.
package dashboard
