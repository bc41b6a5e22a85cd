package runtimes

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/mapper"
	"github.com/longshore-go/longshore/policy"
	"github.com/longshore-go/longshore/supervisor/process"
)

// page is one of a site: a tree, in which every page leads back to the first, and twice to each below it.
type page struct {
	Path string
	Do   string // what the first attempts of some pages do after they have added everything
}

const (
	siteDepth = 4
	siteWidth = 3
	sitePages = 1 + 3 + 9 + 27 + 81
)

func (p page) child(i int) page { return page{path.Join(p.Path, fmt.Sprint(i)), p.Do} }

// does is what its attempt does.
func (p page) does(attempt int) string {
	if attempt > 1 || (p.Path != "root/1" && p.Path != "root/2/2") {
		return ""
	}
	return p.Do
}

func identity(p page) string { return p.Path }

// explore adds what a page leads to.
func explore(ctx context.Context, p page, add func(...page)) (string, error) {
	if strings.Count(p.Path, "/") < siteDepth {
		for i := range siteWidth {
			add(p.child(i), p.child(i))
		}
	}
	add(page{Path: "root"})
	switch p.does(attemptOf(ctx).Attempt) {
	case "refuse":
		return "", errOwn
	case "crash":
		panic("in a page")
	case "hang":
		<-ctx.Done()
		return "late", nil
	}
	return strings.ToUpper(p.Path), nil
}

// roam is explore without identities.
func roam(_ context.Context, p page, add func(...page)) (string, error) {
	if strings.Count(p.Path, "/") < siteDepth {
		for i := range siteWidth {
			add(p.child(i))
		}
	}
	return strings.ToUpper(p.Path), nil
}

// forgetful is explore, registered without its identities, and vast adds more than crosses.
func forgetful(ctx context.Context, p page, add func(...page)) (string, error) {
	return explore(ctx, p, add)
}

func vast(_ context.Context, p page, add func(...page)) (string, error) {
	if p.Do == "vast" {
		add(page{Path: strings.Repeat("x", 33<<20)}, page{Path: strings.Repeat("y", 33<<20)})
	} else if p.Path == "root" {
		add(page{Path: "root/0"})
	}
	return p.Path, nil
}

var (
	_ = process.RegisterExpanding(explore, identity)
	_ = process.RegisterExpanding(roam, nil)
	_ = process.RegisterExpanding(forgetful, nil)
	_ = process.RegisterExpanding(vast, nil)
)

// site is the paths of all pages.
func site() (all []string) {
	level := []string{"root"}
	for len(level) > 0 {
		all = append(all, level...)
		var next []string
		for _, p := range level {
			if strings.Count(p, "/") < siteDepth {
				for i := range siteWidth {
					next = append(next, path.Join(p, fmt.Sprint(i)))
				}
			}
		}
		level = next
	}
	slices.Sort(all)
	return all
}

// whole checks the results of a run over the site: each page once, with its value.
func whole(t *testing.T, run *mapper.Run[page, string]) {
	t.Helper()
	var paths []string
	for r := range run.All() {
		require.NoError(t, r.Err, r.Input.Path)
		require.Equal(t, strings.ToUpper(r.Input.Path), r.Value)
		paths = append(paths, r.Input.Path)
	}
	require.NoError(t, run.Wait())
	slices.Sort(paths)
	require.Equal(t, site(), paths)
}

func testExpanding(t *testing.T, places []Place) {
	unique := mapper.Expanding(explore, mapper.Frontier[page]{Unique: identity})
	start := func(t *testing.T, p Place, root page, opts mapper.Options) *mapper.Run[page, string] {
		run, err := unique.Start(bounded(t), slices.Values([]page{root}), p.with(opts))
		require.NoError(t, err)
		return run
	}
	cases := contract{
		"each page once": func(t *testing.T, p Place) {
			run := start(t, p, page{Path: "root"}, mapper.Options{Unordered: true})
			whole(t, run)
			// each page leads to the root, and twice to those below it
			require.Equal(t, sitePages+(sitePages-1), run.Stats().Duplicates)
		},
		"without identities": func(t *testing.T, p Place) {
			run, err := mapper.Expanding(roam, mapper.Frontier[page]{BreadthFirst: true}).Start(bounded(t), slices.Values([]page{{Path: "root"}}), p.with(mapper.Options{}))
			require.NoError(t, err)
			whole(t, run)
		},
		"in order, a few at a time": func(t *testing.T, p Place) {
			whole(t, start(t, p, page{Path: "root"}, mapper.Options{Outstanding: 3}))
		},
		"on a function": func(t *testing.T, p Place) {
			f := deploy(t, unique, p.with(mapper.Options{}))
			run, err := f.Start(bounded(t), slices.Values([]page{{Path: "root"}}), mapper.RunOptions{})
			require.NoError(t, err)
			whole(t, run)
		},
	}
	for do, opts := range map[string]mapper.Options{
		"refuse": {Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Millisecond}},
		"crash":  {},
		"hang":   {Timeout: 2 * time.Second, Retries: policy.Retries{MaxRetries: 1, InitialDelay: time.Millisecond}},
	} {
		cases["what fails adds nothing: "+do] = func(t *testing.T, p Place) {
			whole(t, start(t, p, page{Path: "root", Do: do}, opts))
		}
	}
	cases.run(t, places)
}
