package hostile_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/longshore-go/longshore/internal/guard"
	"github.com/longshore-go/longshore/internal/hostile"
	"github.com/longshore-go/longshore/internal/show"
	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor"
)

// settled reports what is wrong with the results of inputs.
func settled(k hostile.Kind, results []result) error {
	if len(results) != 7 {
		return fmt.Errorf("%d results", len(results))
	}
	for i, r := range results {
		if i != at && (r.Err != nil || r.Value != fine || r.Attempts != 1) {
			return fmt.Errorf("input %d: %q, %d attempts, %s", i, r.Value, r.Attempts, said(r.Err))
		}
	}
	r := results[at]
	want := 2
	permanent, _ := guard.Call("marks", func() bool { return policy.IsPermanent(k.Err) })
	if k.Ends == hostile.Succeeds || permanent {
		want = 1
	}
	if r.Attempts != want {
		return fmt.Errorf("%d attempts, want %d: %s", r.Attempts, want, said(r.Err))
	}
	return fate(k, r.Err)
}

// fate reports what is wrong with the error of a hostile input.
func fate(k hostile.Kind, err error) error {
	_, crash := err.(*supervisor.CrashError)
	switch {
	case k.Ends == hostile.Succeeds && err != nil:
		return fmt.Errorf("failed: %s", said(err))
	case k.Ends == hostile.Succeeds:
		return nil
	case err == nil:
		return errors.New("succeeded")
	case k.Ends == hostile.Crashes && !crash:
		return fmt.Errorf("no crash: %s", said(err))
	case k.Ends == hostile.Crashes:
		return clear(err)
	case typeOf(err) != typeOf(k.Err) && typeOf(err) != typeOf(policy.Cause(k.Err)):
		return fmt.Errorf("not its own error: %s", said(err))
	}
	return nil
}

func typeOf(err error) string { return fmt.Sprintf("%T", err) }

// clear reports what is wrong with the text of an error of ours, which has one whatever is in it.
func clear(err error) error {
	text, failure := guard.Within(patience, "text", err.Error)
	switch {
	case failure != nil:
		return fmt.Errorf("the text of a %T: its method %s", err, show.Did(failure))
	case text == "" || len(text) > 1<<20:
		return fmt.Errorf("the text of a %T has %d bytes", err, len(text))
	}
	return nil
}

// said is the text of an error that may be hostile.
func said(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("%T: %s", err, show.Error(err, 300))
}

// values reports what is wrong with what Collect returns.
func values(k hostile.Kind, out []string, err error) error {
	want := slices.Repeat([]string{fine}, 7)
	if k.Ends != hostile.Succeeds {
		want[at] = ""
	}
	if !slices.Equal(out, want) {
		return fmt.Errorf("values %q, %s", out, said(err))
	}
	return failures(k, err)
}

// failures reports what is wrong with the error of a run.
func failures(k hostile.Kind, err error) error {
	if err == nil {
		return fate(k, nil)
	}
	all, ok := err.(*mapper.FailuresError)
	if !ok || len(all.Failures) != 1 || all.Failures[0].Index != at {
		return fmt.Errorf("not the failures of one: %s", said(err))
	}
	return first(fate(k, all.Failures[0].Err), clear(err))
}

// first is the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
