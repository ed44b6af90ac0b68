package config

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the checker can say, found in its source: every text that flows into the
// message of a Problem, by calls, results, variables and fields of this module. A
// text is a literal or the format of one; what is put in is a gap.

const thisModule = "github.com/guichet/guichet/"

// saying is a text that some line of the program says.
type saying struct {
	// pattern is what the text looks like, with its gaps; known counts the characters
	// that stand fast.
	pattern string
	known   int
	at      token.Pos
}

// gap stands for what is known only when the text is said.
func gap(at token.Pos) saying { return saying{pattern: `.*`, at: at} }

func (s saying) then(next saying) saying {
	return saying{pattern: s.pattern + next.pattern, known: s.known + next.known, at: s.at}
}

// saidBy is where a text comes from: an expression, the i-th result of a call, or what a list holds.
type saidBy struct {
	expr    ast.Expr
	result  int
	element bool
}

// parameter is the place of a variable among those of its function.
type parameter struct {
	of    *types.Func
	index int
}

// programText is the source of the packages that say something.
type programText struct {
	fset     *token.FileSet
	info     *types.Info
	packages map[string]*types.Package

	assigned   map[types.Object][]saidBy
	parameters map[types.Object]parameter
	calls      map[*types.Func][]*ast.CallExpr
	results    map[*types.Func][][]saidBy
	// looking are the objects that are being looked into.
	looking map[types.Object]bool
}

// readProgram reads a package, by its folder, and what it imports of this module.
func readProgram(t *testing.T, names ...string) *programText {
	t.Helper()
	p := &programText{
		fset: token.NewFileSet(), packages: map[string]*types.Package{}, assigned: map[types.Object][]saidBy{},
		parameters: map[types.Object]parameter{}, calls: map[*types.Func][]*ast.CallExpr{}, results: map[*types.Func][][]saidBy{},
		looking: map[types.Object]bool{},
		info: &types.Info{
			Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
	}
	for _, name := range names {
		_, err := p.Import(thisModule + name)
		require.NoError(t, err)
	}
	return p
}

// Import implements types.Importer for the packages of this module. Of all others the
// type checker makes do with nothing, and says so in errors that do not matter here.
func (p *programText) Import(name string) (*types.Package, error) {
	folder, ours := strings.CutPrefix(name, thisModule)
	if !ours {
		return nil, os.ErrNotExist
	}
	if known := p.packages[name]; known != nil {
		return known, nil
	}
	found, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, file := range found {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(p.fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, parsed)
	}
	checker := types.Config{Importer: p, Error: func(error) {}}
	p.packages[name], _ = checker.Check(name, p.fset, files, p.info)
	for _, file := range files {
		for _, d := range file.Decls {
			p.declared(d)
		}
	}
	return p.packages[name], nil
}

// declared notes what a function or a variable of a package hands on.
func (p *programText) declared(d ast.Decl) {
	f, is := d.(*ast.FuncDecl)
	if !is || f.Body == nil {
		ast.Inspect(d, p.noted)
		return
	}
	fn, _ := p.info.Defs[f.Name].(*types.Func)
	i := 0
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			p.parameters[p.info.Defs[name]] = parameter{fn, i}
			i++
		}
	}
	ast.Inspect(f, p.noted)
	signature := fn.Signature()
	results := make([][]saidBy, signature.Results().Len())
	for i := range results {
		if v := signature.Results().At(i); v.Name() != "" {
			results[i] = append(results[i], p.assigned[v]...)
		}
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false // returns for itself
		case *ast.ReturnStmt:
			for i := range results {
				switch {
				case len(n.Results) == len(results):
					results[i] = append(results[i], saidBy{expr: n.Results[i]})
				case len(n.Results) == 1:
					results[i] = append(results[i], saidBy{expr: n.Results[0], result: i})
				}
			}
		}
		return true
	})
	p.results[fn] = results
}

// noted notes calls and what is given to variables and fields.
func (p *programText) noted(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		if fn := p.callee(n); fn != nil {
			p.calls[fn] = append(p.calls[fn], n)
		}
	case *ast.AssignStmt:
		p.gives(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		var names []ast.Expr
		for _, name := range n.Names {
			names = append(names, name)
		}
		p.gives(names, n.Values)
	case *ast.RangeStmt:
		p.give(n.Value, saidBy{expr: n.X, element: true})
	case *ast.CompositeLit:
		p.composed(n)
	}
	return true
}

func (p *programText) gives(to, from []ast.Expr) {
	for i, target := range to {
		switch {
		case len(from) == len(to):
			p.give(target, saidBy{expr: from[i]})
		case len(from) == 1:
			p.give(target, saidBy{expr: from[0], result: i})
		}
	}
}

func (p *programText) give(to ast.Expr, by saidBy) {
	if o := p.object(to); o != nil {
		p.assigned[o] = append(p.assigned[o], by)
	}
}

// composed notes the fields of a struct that is written out.
func (p *programText) composed(lit *ast.CompositeLit) {
	t := p.info.Types[lit].Type
	if t == nil {
		return
	}
	if pointer, is := t.Underlying().(*types.Pointer); is {
		t = pointer.Elem()
	}
	s, is := t.Underlying().(*types.Struct)
	if !is {
		return
	}
	for i, e := range lit.Elts {
		if kv, keyed := e.(*ast.KeyValueExpr); keyed {
			p.give(kv.Key, saidBy{expr: kv.Value})
		} else if i < s.NumFields() {
			p.assigned[s.Field(i)] = append(p.assigned[s.Field(i)], saidBy{expr: e})
		}
	}
}

// object is the variable or field that an expression names.
func (p *programText) object(e ast.Expr) types.Object {
	var id *ast.Ident
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	default:
		return nil
	}
	o := p.info.Defs[id]
	if o == nil {
		o = p.info.Uses[id]
	}
	// What was written in the site folder goes through generic types, and is no text of ours.
	if v, is := o.(*types.Var); is && v.Origin() == v {
		return v
	}
	return nil
}

func (p *programText) callee(call *ast.CallExpr) *types.Func {
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	case *ast.IndexExpr:
		id, _ = f.X.(*ast.Ident)
	}
	if id == nil {
		return nil
	}
	if fn, is := p.info.Uses[id].(*types.Func); is {
		return fn.Origin()
	}
	return nil
}

// of are the texts that an expression may stand for.
func (p *programText) of(by saidBy) []saying {
	if tv := p.info.Types[by.expr]; tv.Value != nil && tv.Value.Kind() == constant.String {
		text := constant.StringVal(tv.Value)
		return []saying{{pattern: regexp.QuoteMeta(text), known: len(text), at: by.expr.Pos()}}
	}
	if p.info.Types[by.expr].IsNil() {
		return nil
	}
	switch e := ast.Unparen(by.expr).(type) {
	case *ast.BinaryExpr:
		var all []saying
		for _, left := range p.of(saidBy{expr: e.X}) {
			for _, right := range p.of(saidBy{expr: e.Y}) {
				all = append(all, left.then(right))
			}
		}
		return all
	case *ast.CompositeLit:
		return p.elements(e)
	case *ast.UnaryExpr:
		return p.of(saidBy{expr: e.X})
	case *ast.IndexExpr:
		return p.of(saidBy{expr: e.X, element: true})
	case *ast.CallExpr:
		return p.returned(e, by.result)
	case *ast.Ident, *ast.SelectorExpr:
		if o := p.object(e); o != nil {
			return p.held(o, e.Pos())
		}
	}
	return []saying{gap(by.expr.Pos())}
}

// elements are the texts in a list or a table, or the error that a struct is.
func (p *programText) elements(lit *ast.CompositeLit) []saying {
	var all []saying
	for _, e := range lit.Elts {
		kv, keyed := e.(*ast.KeyValueExpr)
		if !keyed {
			all = append(all, p.of(saidBy{expr: e})...)
			continue
		}
		if key, is := kv.Key.(*ast.Ident); !is || key.Name == "Problem" || key.Name == "Message" {
			all = append(all, p.of(saidBy{expr: kv.Value})...)
		}
	}
	return all
}

// held are the texts that a variable may hold.
func (p *programText) held(o types.Object, at token.Pos) []saying {
	if p.looking[o] {
		return nil
	}
	p.looking[o] = true
	defer delete(p.looking, o)
	var all []saying
	for _, by := range p.assigned[o] {
		all = append(all, p.of(by)...)
	}
	if in, is := p.parameters[o]; is {
		for _, call := range p.calls[in.of] {
			if in.index < len(call.Args) {
				all = append(all, p.of(saidBy{expr: call.Args[in.index]})...)
			}
		}
	}
	if len(p.assigned[o]) == 0 && len(all) == 0 {
		return []saying{gap(at)}
	}
	return all
}

// passing are functions of the library that hand on what they are given.
var passing = []string{"cmp.Or", "errors.New", "strings.ReplaceAll", "strings.TrimPrefix", "strings.TrimSuffix", "strings.Cut"}

// returned are the texts of a result of a call.
func (p *programText) returned(call *ast.CallExpr, result int) []saying {
	name := types.ExprString(call.Fun)
	switch {
	case name == "fmt.Sprintf" || name == "fmt.Errorf":
		return p.formatted(call.Args[0], call.Args[1:], call.Ellipsis.IsValid())
	case name == "cmp.Or":
		var all []saying
		for _, e := range call.Args {
			all = append(all, p.of(saidBy{expr: e})...)
		}
		return all
	case slices.Contains(passing, name):
		return p.of(saidBy{expr: call.Args[0]})
	case strings.HasSuffix(name, ".Error") && len(call.Args) == 0:
		return p.of(saidBy{expr: call.Fun.(*ast.SelectorExpr).X})
	}
	fn := p.callee(call)
	if fn == nil || result >= len(p.results[fn]) || p.looking[fn] {
		return []saying{gap(call.Pos())}
	}
	p.looking[fn] = true
	defer delete(p.looking, fn)
	var all []saying
	for _, by := range p.results[fn][result] {
		all = append(all, p.of(by)...)
	}
	return all
}

// formatted are the texts that a format and what is put in may give. A function that
// only hands both on is looked at where it is called.
func (p *programText) formatted(format ast.Expr, args []ast.Expr, rest bool) []saying {
	var all []saying
	if o := p.object(format); o != nil && rest {
		in := p.parameters[o]
		for _, call := range p.calls[in.of] {
			all = append(all, p.formatted(call.Args[in.index], call.Args[in.index+1:], call.Ellipsis.IsValid())...)
		}
		return all
	}
	for _, f := range p.of(saidBy{expr: format}) {
		if f.pattern == "%s" && len(args) == 1 {
			all = append(all, p.of(saidBy{expr: args[0]})...)
			continue
		}
		all = append(all, withGaps(f))
	}
	return all
}

var verb = regexp.MustCompile(`%(?:\\\[\d\\\])?[+#0-9]*[a-zA-Z%]`)

// withGaps is a format as a pattern.
func withGaps(f saying) saying {
	f.pattern = verb.ReplaceAllStringFunc(f.pattern, func(v string) string {
		f.known += 1 - len(v) // a number or a word in quotes says more than anything
		switch v[len(v)-1] {
		case '%':
			return "%"
		case 'q':
			return `(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)+')`
		case 'd':
			return `-?[0-9]+`
		}
		f.known--
		return `.*`
	})
	f.pattern = strings.ReplaceAll(f.pattern, `.*.*`, `.*`)
	return f
}

// messages are all texts that the field of a struct may hold, each once, with the
// places at which they are said.
func (p *programText) messages(t *testing.T, pkg, named, field string) map[string][]saying {
	t.Helper()
	s := p.packages[thisModule+pkg].Scope().Lookup(named).Type().Underlying().(*types.Struct)
	all := map[string][]saying{}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Name() == field {
			for _, m := range p.held(f, token.NoPos) {
				all[m.pattern] = append(all[m.pattern], m)
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

// place is where a text is said, from the top of the module.
func (p *programText) place(s saying) string {
	at := p.fset.Position(s.at)
	return strings.TrimPrefix(filepath.ToSlash(at.Filename), "../") + ":" + strconv.Itoa(at.Line)
}
