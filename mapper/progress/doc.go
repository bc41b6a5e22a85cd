// Package progress shows runs and functions on a terminal while they work, a line each, and
// says at the end of each what came of it.
//
//	bars := progress.New(os.Stderr, progress.Options{})
//	defer bars.Close()
//	log.SetOutput(bars) // or a slog handler's writer
//	thumbs, err := mapper.Collect(ctx, resize, paths, mapper.Options{Name: "resize", Observer: bars})
//
// A line has the share of the inputs that is settled, their number, the rate, the time that is
// left, and what is not in order:
//
//	resize   62%  ━━━━━━━━────  6214/10000  24.7/s  eta 2m33s  8 run  41 retry  24 failed
//	serve                         371 done  12.0/s             2 crash-looping  next start in 14s  dial tcp: connection refused
//
// Lines stand in columns. Where there are more runs than lines on the terminal, those in most trouble are shown, and how
// many more there are.
//
// There is no time left where none is known: while the number of inputs is not known, before
// there is a rate, and while the function is crash-looping. The rate is that of the last
// half minute or so, recent seconds counting more.
//
// Where the output is no terminal, there is such a line every ten seconds, without a bar and without any
// escape sequence. A terminal whose TERM is dumb counts as none. NO_COLOR is obeyed.
//
// It is a module of its own, so that whoever does without it has no part of its libraries.
package progress
