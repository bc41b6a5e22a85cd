package main

import (
	"fmt"
	"strings"
	"text/template"
)

// A program uses one library in one way, with some pairs of types.
type program struct {
	Form  string // a key of forms
	Pairs int
}

func (p program) String() string { return fmt.Sprintf("%s/%d", p.Form, p.Pairs) }

// programs lists them all: nothing, and each form with 1 to n pairs.
func programs(n int) []program {
	all := []program{{"nothing", 0}}
	for _, f := range forms[1:] {
		for k := range n {
			all = append(all, program{f.name, k + 1})
		}
	}
	return all
}

// pairs are the types of the inputs and the values. No two have a memory layout in common:
// the compiler would make one instance of a generic function do for both.
var pairs = []struct{ In, Out string }{
	{"int", "string"},
	{"string", "float64"},
	{"[]byte", "bool"},
	{"struct{ ID int64; Name string }", "[]string"},
	{"*[4]int", "struct{ Sum [8]float64 }"},
	{"uint16", "map[string]int"},
}

// A form is what is written for each pair of types, with a function fn of that pair and
// inputs in at hand.
type form struct {
	name, what string
	imports    []string
	use        string
}

// forms begins with what every other one pays, too.
var forms = []form{
	{name: "nothing", what: "a program without a library"},
	{
		name: "collect", what: "`mapper.Collect`",
		imports: []string{longshore},
		use:     `fmt.Println(mapper.Collect(ctx, fn, in, mapper.Options{}))`,
	},
	{
		name: "map", what: "`mapper.Map`",
		imports: []string{longshore},
		use: `for r := range mapper.Map(ctx, fn, in, mapper.Options{}) {
			fmt.Println(r.Value, r.Err)
		}`,
	},
	{
		name: "start", what: "`mapper.Start`, `All`",
		imports: []string{longshore, "slices"},
		use: `run, err := mapper.Start(ctx, fn, slices.Values(in), mapper.Options{})
		if err != nil {
			panic(err)
		}
		for r := range run.All() {
			fmt.Println(r.Value, r.Err)
		}`,
	},
	{
		name: "deploy", what: "`mapper.Deploy`, `Call`",
		imports: []string{longshore},
		use: `function, err := mapper.Deploy(ctx, mapper.Plain(fn), mapper.Options{})
		if err != nil {
			panic(err)
		}
		fmt.Println(function.Call(ctx, in[0]))
		fmt.Println(function.Stop(ctx))`,
	},
	{
		name: "maperr", what: "conc's `iter.MapErr`",
		imports: []string{"github.com/sourcegraph/conc/iter"},
		use:     `fmt.Println(iter.MapErr(in, func(x *In) (Out, error) { return fn(ctx, *x) }))`,
	},
	{
		name: "errgroup", what: "`errgroup`, by hand",
		imports: []string{"golang.org/x/sync/errgroup", "runtime"},
		use: `out := make([]Out, len(in))
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.GOMAXPROCS(0))
		for i := range in {
			g.Go(func() (err error) {
				out[i], err = fn(ctx, in[i])
				return err
			})
		}
		fmt.Println(out, g.Wait())`,
	},
}

const longshore = "github.com/longshore-go/longshore/mapper"

// source writes the program, with a salt in it that makes it new to the build cache.
func (p program) source(salt int) (string, error) {
	for _, f := range forms {
		if f.name != p.Form {
			continue
		}
		var b strings.Builder
		err := mainFile.Execute(&b, map[string]any{
			"Imports": f.imports, "Use": f.use, "Pairs": pairs[:p.Pairs], "Salt": salt,
		})
		return b.String(), err
	}
	return "", fmt.Errorf("no form %q", p.Form)
}

var mainFile = template.Must(template.New("program").Parse(`package main

import (
	"context"
	"fmt"
{{- range .Imports}}
	{{printf "%q" .}}
{{- end}}
)

func main() {
	ctx := context.Background()
	fmt.Println({{.Salt}}, ctx)
{{- range $i, $_ := .Pairs}}
	use{{$i}}(ctx)
{{- end}}
}
{{range $i, $pair := .Pairs}}
func use{{$i}}(ctx context.Context) {
	type In = {{.In}}
	type Out = {{.Out}}
	fn := func(_ context.Context, in In) (out Out, err error) {
		fmt.Println(in)
		return out, err
	}
	in := make([]In, 1)
	{
		{{$.Use}}
	}
}
{{end}}`))
