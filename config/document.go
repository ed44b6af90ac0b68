package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds on a site folder, far above any real one. They keep a file that was
// put there by mistake, or to do harm, from costing memory.
const (
	maxFileSize = 1 << 20
	maxFiles    = 1000
	maxDepth    = 40
	maxSiblings = 6000
	maxPerLine  = 2000
	maxProblems = 500
)

// place is where something is written. The zero value means nowhere.
type place struct {
	file         string
	line, column int
}

// label names a place for other problems: centers.yaml:4.
func (p place) label() string { return fmt.Sprintf("%s:%d", p.file, p.line) }

// report collects problems while everything is read on.
type report struct{ problems []Problem }

func (r *report) add(at place, hint, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: at.file, Line: at.line, Column: at.column,
		Message: fmt.Sprintf(format, args...), Hint: hint})
}

// document is one YAML file being read.
type document struct {
	*report
	file string
	root ast.Node
	// env looks up ${NAME} in scalars; nil where a file may not use them.
	env func(string) (string, bool)
	// gaps is set when something that may define names could not be read.
	gaps bool
}

// parse reads YAML with the few features a site needs: one document, no anchors,
// no tags. It returns nil after reporting what stops it.
func (r *report) parse(file string, content []byte) *document {
	whole := place{file: file, line: 1, column: 1}
	if at, ok := firstBadByte(content); !ok {
		r.add(place{file, at.line, at.column}, "save the file as UTF-8", "this byte is not UTF-8 text")
		return nil
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff")) // some editors of Windows begin with it
	if at, found := indentingTab(content); found {
		r.add(place{file, at.line, at.column}, "indent with spaces", "a tab cannot indent YAML")
		return nil
	}
	tokens := lexer.Tokenize(string(content))
	if !r.plain(file, tokens) {
		return nil
	}
	parsed, err := parseTokens(tokens)
	if err != nil {
		r.syntax(file, err)
		return nil
	}
	return r.single(file, whole, parsed)
}

// parseTokens keeps a panic of the YAML library from ending calls, since files
// are also read while the controller runs. None is known in version 1.19.2.
func parseTokens(tokens token.Tokens) (parsed *ast.File, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the YAML library gave up: %v", cause)
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// single returns the only document of a file.
func (r *report) single(file string, whole place, parsed *ast.File) *document {
	var bodies []ast.Node
	for _, d := range parsed.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		r.add(whole, "delete it, or write what it should say", "the file is empty")
		return nil
	case 1:
		return &document{report: r, file: file, root: bodies[0]}
	}
	d := document{report: r, file: file}
	r.add(d.at(bodies[1]), "make one file of each", "a second document begins here")
	return nil
}

// syntax reports what the YAML parser stumbled over; it stops at the first.
func (r *report) syntax(file string, err error) {
	at, message := place{file: file, line: 1, column: 1}, err.Error()
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Message
		if syntax.Token != nil && syntax.Token.Position != nil {
			at.line, at.column = syntax.Token.Position.Line, syntax.Token.Position.Column
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	r.add(at, "check indentation, quotes and brackets here and just above", "not valid YAML: %s", message)
}

// plain reports features that site files do without: anchors, which can expand
// without bound, tags, and shapes that the parser of goccy/go-yaml 1.19.2 does
// not survive in reasonable time: its recursion ends the process when nesting is
// deep, and its time grows with the square of the entries side by side.
func (r *report) plain(file string, tokens token.Tokens) bool {
	var s shape
	for _, t := range tokens {
		at := place{file, t.Position.Line, t.Position.Column}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			r.add(at, "write the value out; if * or & belongs to the text, put it in quotes", "anchors and aliases are not used in site files")
			return false
		case token.TagType, token.DirectiveType:
			r.add(at, "leave it out; if ! or % belongs to the text, put it in quotes", "tags and directives are not used in site files")
			return false
		}
		if problem, hint := s.add(t); problem != "" {
			r.add(at, hint, "%s", problem)
			return false
		}
	}
	return true
}

// shape measures a file while its tokens go by.
type shape struct {
	line, onLine, nested int
	// commas counts entries per bracket that is open, keys per indentation.
	commas []int
	keys   []int
}

// add takes one token and says what is beyond bounds with it, if anything.
func (s *shape) add(t *token.Token) (problem, hint string) {
	if t.Position.Line != s.line {
		s.line, s.onLine, s.nested = t.Position.Line, 0, 0
	}
	s.onLine++
	entries := 0
	switch t.Type {
	case token.MappingStartType, token.SequenceStartType:
		s.commas = append(s.commas, 0)
	case token.MappingEndType, token.SequenceEndType:
		s.commas = s.commas[:max(0, len(s.commas)-1)]
	case token.CollectEntryType:
		if n := len(s.commas); n > 0 {
			s.commas[n-1]++
			entries = s.commas[n-1]
		}
	case token.SequenceEntryType, token.MappingKeyType:
		s.nested++
		entries = s.besides(t)
	case token.MappingValueType:
		if len(s.commas) == 0 {
			entries = s.besides(t)
		}
	}
	switch {
	case len(s.commas) > maxDepth, s.nested > maxDepth, t.Position.IndentNum > 2*maxDepth:
		return fmt.Sprintf("nested more than %d deep", maxDepth), ""
	case entries > maxSiblings:
		return fmt.Sprintf("more than %d entries side by side", maxSiblings), "divide the file"
	case s.onLine > maxPerLine:
		return fmt.Sprintf("more than %d words and signs on one line", maxPerLine), "break the line"
	}
	return "", ""
}

// besides counts the keys and dashes at the indentation of a token, since the
// latest one further left.
func (s *shape) besides(t *token.Token) int {
	indent := min(t.Position.IndentNum, 2*maxDepth)
	for len(s.keys) <= indent {
		s.keys = append(s.keys, 0)
	}
	s.keys = s.keys[:indent+1]
	s.keys[indent]++
	return s.keys[indent]
}

func firstBadByte(content []byte) (place, bool) {
	line, column := 1, 1
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 || r == 0 {
			return place{line: line, column: column}, false
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		content = content[size:]
	}
	return place{}, true
}

func indentingTab(content []byte) (place, bool) {
	for i, line := range bytes.Split(content, []byte("\n")) {
		indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if tab := bytes.IndexByte(indent, '\t'); tab >= 0 && len(bytes.TrimSpace(line)) > 0 {
			return place{line: i + 1, column: tab + 1}, true
		}
	}
	return place{}, false
}

// at returns where a node begins: for a block mapping at its first key.
func (d *document) at(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return place{file: d.file, line: 1, column: 1}
	}
	return place{d.file, t.Position.Line, t.Position.Column}
}
