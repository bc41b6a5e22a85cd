package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// wrap makes a file of package snippets of a block that is none. Its lines keep their numbers in the page.
func wrap(page string, b block) (string, error) {
	if err := formatted(b); err != nil {
		return "", fmt.Errorf("%s:%d: %w", page, b.line, err)
	}
	text := b.text
	if b.kind == body {
		text = "func _() (_ error) {\n" + text + "}\n"
	}
	const clause = "package snippets; "
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, "", clause+text, 0)
	if err != nil {
		return "", fmt.Errorf("%s:%d: %w", page, b.line, err)
	}
	if b.kind == body {
		text = use(fset, parsed, clause+text)[len(clause):]
	}
	var file strings.Builder
	file.WriteString("package snippets\n")
	all := needed(parsed, b.imports)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&file, "import %s %q\n", name, all[name])
	}
	line := b.line
	if b.kind == body {
		line-- // that of the fence, where the function begins
	}
	fmt.Fprintf(&file, "//line %s:%d\n%s", page, line, text)
	return file.String(), nil
}

// formatted refuses what gofmt would write in another way.
func formatted(b block) error {
	want, err := format.Source([]byte(b.text))
	if err != nil {
		return err
	}
	if b.kind != given && !bytes.Equal(want, []byte(b.text)) {
		return fmt.Errorf("gofmt writes it so:\n%s", want)
	}
	return nil
}

// use has the function of a body use each variable that it declares: in a snippet a value may be all there is to
// show. It also has it return.
func use(fset *token.FileSet, parsed *ast.File, text string) string {
	statements := parsed.Decls[0].(*ast.FuncDecl).Body.List
	for i, s := range slices.Backward(statements) {
		end := fset.Position(s.End()).Offset
		add := ""
		for _, name := range declared(s) {
			add += "; _ = &" + name // of some, a copy is refused
		}
		if _, returns := s.(*ast.ReturnStmt); i == len(statements)-1 && !returns {
			add += "; return"
		}
		text = text[:end] + add + text[end:]
	}
	return text
}

// declared lists the variables that a statement declares for those after it.
func declared(s ast.Stmt) []string {
	var names []string
	add := func(e ast.Expr) {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
			names = append(names, id.Name)
		}
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, e := range s.Lhs {
				add(e)
			}
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if vars, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range vars.Names {
					add(id)
				}
			}
		}
	}
	return names
}
