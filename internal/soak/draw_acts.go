package main

import "github.com/longshore-go/longshore/mapper"

// act draws an act of that kind, with its inputs.
func (d drawer) act(does string) act {
	a := act{
		Does: does, At: d.most(d.horizon), Nth: d.IntN(8), Scale: d.scale(),
		Opts:   mapper.RunOptions{ReturnExceptions: d.IntN(3) > 0, Unordered: d.IntN(2) == 0, Outstanding: one(d, 0, 0, 1, 7, 40), Share: one(d, 0, 0, 1, 3), Containers: one(d, 0, 0, 0, 1, 2)},
		Reader: reader{LeaveAt: -1}, Source: source{EndAt: -1},
	}
	switch does {
	case "drain", "preempt", "scale", "redeploy", "look":
		return a
	case "call":
		a.Scripts = d.scripts(1)
	case "spawn", "cancel", "gather", "submit", "group":
		a.Scripts = d.scripts(1 + d.IntN(6))
	default:
		a.Scripts = d.scripts(one(d, 0, 1, 30, 30, 100, 1000, 3000))
		d.disturb(&a)
	}
	if d.IntN(6) == 0 || does == "cancel" {
		a.CancelIn = 1 + d.most(60)
	}
	return a
}

// disturb has reader and source behave as they may.
func (d drawer) disturb(a *act) {
	n := len(a.Scripts)
	if d.IntN(3) == 0 {
		a.Reader.Pause, a.Reader.Every = 1+d.most(30), 1+n/10
	} else if d.IntN(12) == 0 {
		a.Reader.Pause, a.Reader.Every = 250*ms, 1+n/3 // who reads that slowly reads nevertheless
	}
	if d.IntN(4) == 0 {
		a.Reader.LeaveAt, a.Reader.LeaveBy = d.IntN(n+1), one(d, "break", "cancel", "stop", "panic")
	}
	if d.IntN(4) == 0 {
		a.Source.Pause, a.Source.Every = 1+d.most(3), 1+n/20
	}
	if d.IntN(12) == 0 && a.Does != "feed" {
		a.Source.EndAt, a.Source.EndBy = d.IntN(n+1), one(d, "panic", "goexit")
	}
}

// scripts are for few of many inputs: those that succeed at once are claimed together.
func (d drawer) scripts(n int) []script {
	all := make([]script, n)
	rich := min(d.rich, max(30_000/max(n, 1), 5))
	for i := range all {
		if d.IntN(1000) < rich {
			all[i] = script(d.steps(3, d.does()...))
		}
	}
	return all
}

// does lists what an attempt may do.
func (d drawer) does() []string {
	does := []string{"ok", "ok", "ok", "ok", "ok", "ok", "spin", "error", "permanent", "after", "throttled"}
	if d.crashes {
		does = append(does, "panic", "panic-error", "goexit")
	}
	if d.p.Processes {
		does = append(does, "kill", "term", "exit", "exit-0", "fatal", "garbage")
		if d.p.Workers.Memory > 0 {
			does = append(does, "hog")
		}
		if d.p.Opts.Timeout > 0 {
			does = append(does, "stop", "exit-late")
		}
	} else {
		does = append(does, "retire")
	}
	if d.p.Opts.Timeout > 0 {
		does = append(does, "obey", "ignore")
	}
	return does
}

func (d drawer) steps(most int, does ...string) []step {
	all := make([]step, d.IntN(most+1))
	for i := range all {
		all[i] = step{Does: one(d, does...), Take: one(d, 0, 0, ms, 5*ms, 15*ms)}
		if all[i].Does == "ignore" {
			all[i].Take = d.p.Opts.Timeout + d.p.Opts.Grace + d.most(100)
		}
	}
	return all
}
