package browser

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/longshore-go/longshore/dashboard"
	"github.com/longshore-go/longshore/mapper"
)

// wholeLines: long cells are about as wide as their tables.
const wholeLines = `[...document.querySelectorAll("td.full")].every((cell) => !cell.checkVisibility() || cell.offsetWidth > 0.85 * cell.closest("table").offsetWidth)`

// In dark and in light, on a desk, a tablet and a telephone, no page and no table is wider than the window, and all
// texts have a contrast of 4.5 to 1.
func TestLooks(t *testing.T) {
	t.Parallel()
	s, p := newStage(t, dashboard.Options{
		AllowActions: true,
		Describe: func(in any) string {
			return fmt.Sprintf("s3://bucket-of-ours/year=2026/month=11/part-%05d.parquet", in)
		},
	}), newTab(t)
	fn := deployShaky(t, s, "convert-the-parquet-files-of-last-year")
	drain(fn.f.Map(t.Context(), numbers(50), mapper.RunOptions{}))
	errAccess := errors.New("reading s3://bucket-of-ours/year=2026/month=11/part-00003.parquet: access denied: the role may not read this bucket")
	drain(mapper.Map(t.Context(), func(_ context.Context, n int) (int, error) {
		switch n % 5 {
		case 3:
			return n, errAccess
		case 4:
			panic(errAccess)
		}
		return n, nil
	}, numbers(60), mapper.Options{Name: "copy", Containers: 4, CrashLimit: 1, ReturnExceptions: true, Observer: s}))
	v := make(valve)
	beside(t, func(ctx context.Context) {
		drain(mapper.Map(ctx, func(ctx context.Context, n int) (int, error) { return n, v.pass(ctx) },
			numbers(100), mapper.Options{Name: "follow", Containers: 4, Observer: s}))
	})
	v.open(t, 30)
	fn.broken.Store(true)
	_, err := fn.f.Spawn(t.Context(), 42)
	require.NoError(t, err)

	shaky := "convert-the-parquet-files-of-last-year"
	p.open(s.url(s.run(shaky)))
	p.shows(".banner h2", "is crash-looping")
	p.await(`document.querySelectorAll(".chart").length > 0`)
	for i, path := range []string{
		"/", s.run(shaky), s.run("copy"), s.run("copy", "inputs"), s.run("copy", "inputs", 3), s.run("copy", "containers", 0),
		s.run("copy", "containers") + "?ended=1", s.run("follow"), s.run("follow", "inputs"), "/nothing-here",
	} {
		if path == "/nothing-here" {
			p.expects("404 (Not Found)")
		}
		p.open(s.url(path))
		if path != "/nothing-here" {
			p.shows("#live-word", "live")
		}
		for _, width := range []int64{1280, 820, 360} {
			for _, scheme := range []string{"light", "dark"} {
				p.dress(width, scheme)
				p.await(fmt.Sprintf(`innerWidth === %d && matchMedia("(prefers-color-scheme: %s)").matches`, width, scheme))
				where := fmt.Sprintf("%s, %d wide, %s", path, width, scheme)
				require.LessOrEqual(t, ask[int64](p, "document.documentElement.scrollWidth"), width, "%s: %s", where, ask[string](p, "eyes.widest()"))
				require.Empty(t, ask[[]string](p, "eyes.hiding()"), "%s: what is to be scrolled to, sideways", where)
				require.Empty(t, ask[[]string](p, "eyes.faint(4.5)"), where)
				if width <= 1000 {
					require.True(t, ask[bool](p, wholeLines), "%s: what is long has a line of its own", where)
				}
				p.picture(fmt.Sprintf("%02d-%d-%s", i, width, scheme))
			}
		}
		p.accessible(path)
	}
	fn.broken.Store(false)
}
