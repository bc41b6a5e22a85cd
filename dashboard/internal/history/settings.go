package history

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/longshore-go/longshore/internal/amount"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
)

// settings is what the run was started with. A run on a function has but a few of its own: the rest
// stands with the function.
func settings(about mapper.About) Settings {
	var s Settings
	o := about.Options
	own := about.Parent == 0
	if own {
		s.containers(about)
	}
	s.retries(o)
	if own {
		s.crashes(o)
	}
	s.add(!about.Function && o.ReturnExceptions, "failures", "are results in their place, and the run goes on")
	s.add(!about.Function && !o.ReturnExceptions, "failures", "the first input to fail for good ends the run")
	s.add(own && o.Rate != nil, "begins of attempts", "at a rate that is limited")
	s.add(own && o.Hedge.On(), "a second attempt of an input", hedge(o.Hedge))
	s.add(o.Unordered, "results", "in the order in which they are finished")
	s.add(about.Function, "outstanding calls", "at most "+amount.Number(o.Outstanding)) // of a run, see Counts.Window
	return s
}

func hedge(h policy.Hedge) string {
	if h.After > 0 {
		return "when the first has taken " + short(h.After)
	}
	return fmt.Sprintf("when the first has taken longer than %.4g %% of them do", 100*h.Quantile)
}

func (s *Settings) add(really bool, name, value string) {
	if really {
		*s = append(*s, Setting{name, value})
	}
}

func (s *Settings) containers(about mapper.About) {
	o := about.Options
	if about.Function {
		s.add(true, "containers", fmt.Sprintf("%s to %s, ended after %s without work", amount.Number(o.Scale.Min), amount.Number(o.Scale.Max), short(o.Scale.Window)))
		s.add(o.Scale.Buffer > 0, "idle containers kept while there is work", amount.Number(o.Scale.Buffer))
	} else {
		s.add(true, "containers", amount.Number(o.Containers))
	}
	runtime := "goroutines"
	if o.Runtime != nil {
		runtime = strings.TrimPrefix(fmt.Sprintf("%T", o.Runtime), "*")
	}
	s.add(true, "runtime", clip(runtime, typeLength))
	s.add(o.MaxInputs > 1, "inputs in a container at once", amount.Number(o.TargetInputs)+", at most "+amount.Number(o.MaxInputs))
	s.add(o.Recycle.Inputs > 0, "containers are replaced after", amount.Of(o.Recycle.Inputs, "input", "inputs"))
	s.add(o.Recycle.Memory > 0, "containers are replaced at a memory of", amount.Bytes(o.Recycle.Memory))
	s.add(o.Recycle.Age > 0, "containers are replaced at the age of", short(o.Recycle.Age))
	s.add(o.Runtime != nil || o.StartTimeout != defaultStartTimeout, "start timeout", short(o.StartTimeout))
}

func (s *Settings) retries(o mapper.Options) {
	r := o.Retries.WithDefaults()
	switch {
	case o.AtMostOnce:
		s.add(true, "attempts", "at most one: no retries, no re-runs")
	case r.MaxRetries == 0:
		s.add(true, "retries", "none")
	case r.BackoffCoefficient == 1 || r.InitialDelay >= r.MaxDelay:
		s.add(true, "retries", fmt.Sprintf("%d, %s apart", r.MaxRetries, short(min(r.InitialDelay, r.MaxDelay))))
	default:
		s.add(true, "retries", fmt.Sprintf("%d, the first after %s, then × %g up to %s",
			r.MaxRetries, short(r.InitialDelay), r.BackoffCoefficient, short(r.MaxDelay)))
	}
	s.add(o.Timeout > 0, "timeout of an attempt", short(o.Timeout))
	s.add(o.Timeout > 0 && o.Grace > 0, "grace after it", short(o.Grace))
}

func (s *Settings) crashes(o mapper.Options) {
	if p, ok := o.Crashes.(policy.Deployed); ok {
		p = p.WithDefaults()
		s.add(true, "crashes", fmt.Sprintf("never given up; a container that cannot start waits %s to %s, in a crash loop all wait %s to %s",
			short(p.InitialDelay), short(p.MaxDelay), short(p.GateInitialDelay), short(p.GateMaxDelay)))
	} else {
		s.add(true, "crashes", "the run gives up when they outweigh progress")
	}
	s.add(!o.AtMostOnce, "crashes that one input may cause", amount.Number(cmp.Or(o.CrashLimit, defaultCrashLimit)))
}

// What mapper.Options says of zero. Most bodies have no start that could take too long.
const (
	defaultCrashLimit   = 3
	defaultStartTimeout = 10 * time.Second
)
