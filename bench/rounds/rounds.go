// Package rounds is what the commands that print a table of figures and bars have in common: their flags, and scenes that take
// turns, round after round.
package rounds

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
)

// Options is what the flags say.
type Options struct {
	Only   *regexp.Regexp // names of scenes
	Rounds int
	Scale  float64 // of the numbers of inputs
}

// Parse reads the flags of a command, and those that it adds.
func Parse(command string, args []string, add func(*flag.FlagSet)) (o Options, err error) {
	fs := flag.NewFlagSet(command, flag.ContinueOnError)
	only := fs.String("only", "", "only the scenes whose name matches this `regexp`")
	fs.IntVar(&o.Rounds, "rounds", 3, "how often")
	fs.Float64Var(&o.Scale, "scale", 1, "multiplies the numbers of inputs")
	if add != nil {
		add(fs)
	}
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if o.Rounds < 1 {
		return o, fmt.Errorf("-rounds is %d: at least one", o.Rounds)
	}
	o.Only, err = regexp.Compile(*only)
	return o, err
}

// A Scene is what is played once in each round, and gives a figure for each of its rows: not a number where what it measures
// is not installed.
type Scene struct {
	Name string
	Rows []Row
	Play func(context.Context) ([]float64, error)
}

// A Row is one figure, with its bar.
type Row struct{ Name, Unit, Bar string }

// Play has the chosen scenes take turns, and prints the medians. A scene that fails is not played again, and has none: hours of
// the others are not lost for it. Its error is among those returned.
func (o Options) Play(ctx context.Context, out io.Writer, scenes []Scene) error {
	chosen := slices.DeleteFunc(slices.Clone(scenes), func(s Scene) bool { return !o.Only.MatchString(s.Name) })
	figures := make([][][]float64, len(chosen)) // by scene and round, one for each row
	errs := make([]error, len(chosen))
	for range o.Rounds {
		for i, s := range chosen {
			if errs[i] != nil || ctx.Err() != nil {
				continue
			}
			all, err := s.Play(ctx)
			if err != nil {
				errs[i] = fmt.Errorf("%s: %w", s.Name, err)
				continue
			}
			figures[i] = append(figures[i], all)
		}
	}
	fmt.Fprint(out, "| what | median | bar |\n| --- | ---: | ---: |\n")
	for i, s := range chosen {
		if errs[i] != nil || len(figures[i]) == 0 { // or the context has ended
			fmt.Fprintf(out, "| %s | failed | |\n", s.Name)
			continue
		}
		for k, r := range s.Rows {
			fmt.Fprintf(out, "| %s: %s | %s | %s |\n", s.Name, r.Name, r.show(median(figures[i], k)), r.Bar)
		}
	}
	return errors.Join(append(errs, ctx.Err())...)
}

func (r Row) show(figure float64) string {
	if math.IsNaN(figure) {
		return "not installed"
	}
	return fmt.Sprintf("%.3g %s", figure, r.Unit)
}

// median is that of one row.
func median(rounds [][]float64, row int) float64 {
	var all []float64
	for _, round := range rounds {
		all = append(all, round[row])
	}
	slices.Sort(all)
	return all[len(all)/2]
}
