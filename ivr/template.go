package ivr

import (
	"fmt"
	"slices"
	"strings"
)

// Template is a text with values of the call in it, such as
// "/dossiers/{var.numero}". A brace that is meant as one is written twice.
type Template struct {
	text  string
	parts []part
}

// part is a literal, or the name of a value that stands in its place.
type part struct {
	literal string
	name    string
	// variable is what the name is about, if it is about one.
	variable string
}

// templateNames are the values that every template may use, beside var.x.
var templateNames = []string{"caller", "dialled", "entry"}

// maxTemplate bounds the text of a template, and maxFilled what may come of one.
const (
	maxTemplate = 2000
	maxFilled   = 4000
)

// ParseTemplate prepares a text, or says what is wrong with it. More names values
// that this template may use beside those of all.
func ParseTemplate(text string, more ...string) (*Template, *Flaw) {
	t := &Template{text: text}
	if len(text) > maxTemplate {
		return nil, &Flaw{Problem: fmt.Sprintf("the text has %d bytes", len(text)), Hint: fmt.Sprintf("at most %d", maxTemplate)}
	}
	var literal strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case (r == '{' || r == '}') && i+1 < len(runes) && runes[i+1] == r:
			literal.WriteRune(r)
			i++
		case r == '}':
			return nil, &Flaw{Offset: i, Problem: "a brace is closed that was not opened", Hint: "write }} for a brace in the text"}
		case r == '{':
			length := slices.Index(runes[i+1:], '}')
			if length < 0 {
				return nil, &Flaw{Offset: i, Problem: "the brace is not closed", Hint: "write {var.name}, or {{ for a brace in the text"}
			}
			p, flaw := placeholder(string(runes[i+1:i+1+length]), more)
			if flaw != nil {
				flaw.Offset = i + 1
				return nil, flaw
			}
			t.addLiteral(&literal)
			t.parts = append(t.parts, p)
			i += length + 1
		default:
			literal.WriteRune(r)
		}
	}
	t.addLiteral(&literal)
	return t, nil
}

func placeholder(name string, more []string) (part, *Flaw) {
	if variable, is := strings.CutPrefix(name, "var."); is && variable != "" {
		return part{name: name, variable: variable}, nil
	}
	known := append(slices.Clone(more), templateNames...)
	if slices.Contains(known, name) {
		return part{name: name}, nil
	}
	return part{}, &Flaw{
		Problem: fmt.Sprintf("there is no {%s}", name), Unknown: name, Known: append(known, "var.NAME"),
	}
}

func (t *Template) addLiteral(s *strings.Builder) {
	if s.Len() > 0 {
		t.parts = append(t.parts, part{literal: s.String()})
		s.Reset()
	}
}

// String is the template as it was written: no value of a call is in it.
func (t *Template) String() string { return t.text }

// visit tells the variables that the template looks at, as leaving the call.
func (t *Template) visit(key string, visit func(key, variable string, use Use)) {
	for _, p := range t.parts {
		if p.variable != "" {
			visit(key, p.variable, Sent)
		}
	}
}

// has reports whether a value of this name stands in the text.
func (t *Template) has(name string) bool {
	return slices.ContainsFunc(t.parts, func(p part) bool { return p.name == name })
}

// literal reports whether no value stands in the text.
func (t *Template) literal() bool {
	return !slices.ContainsFunc(t.parts, func(p part) bool { return p.name != "" })
}

// whole reports whether the text is one value and nothing beside it.
func (t *Template) whole() bool { return len(t.parts) == 1 && t.parts[0].name != "" }

// values are what one caller puts into templates.
type values struct {
	in   *Input
	vars Vars
	// secrets are there for the bodies of requests: New sees to it.
	secrets map[string]Secret
	// more holds the values of a single type of node, by name.
	more map[string]string
}

func (v values) of(p part) string {
	switch p.name {
	case "":
		return p.literal
	case "caller":
		return v.in.Caller
	case "dialled", "entry":
		return v.in.Dialled
	}
	if kept, sealed := v.secrets[p.variable]; sealed {
		return kept.Reveal()
	}
	if p.variable != "" {
		return v.vars[p.variable]
	}
	return v.more[p.name]
}

// fill puts the values in. Escape makes each of them fit for where the text goes;
// what the author wrote stays as it is.
func (t *Template) fill(v values, escape func(string) string) string {
	var s strings.Builder
	for _, p := range t.parts {
		if p.name == "" {
			s.WriteString(p.literal)
			continue
		}
		s.WriteString(escape(v.of(p)))
	}
	return s.String()
}

// verbatim leaves a value as it is, for places in which it cannot end anything:
// within a JSON text, which is encoded as a whole.
func verbatim(value string) string { return value }

// escaped makes a value a part of a path, or of a query, or of a form, whatever it
// is: all but letters, digits and four marks that mean nothing there is written
// as %XX. So no value ends its part or begins another.
func escaped(value string) string {
	const hex = "0123456789ABCDEF"
	var s strings.Builder
	for i := range len(value) {
		c := value[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~':
			s.WriteByte(c)
		default:
			s.WriteByte('%')
			s.WriteByte(hex[c>>4])
			s.WriteByte(hex[c&15])
		}
	}
	return s.String()
}

// headerValue makes a value that is a whole header: printable ASCII stays, all
// else is written as %XX, so that it can neither end the header nor begin another.
func headerValue(value string) string {
	var s strings.Builder
	for i := range len(value) {
		if c := value[i]; c >= ' ' && c <= '~' {
			s.WriteByte(c)
		} else {
			fmt.Fprintf(&s, "%%%02X", c)
		}
	}
	return s.String()
}

// fillPath fills a path with its query. It reports false if the values would make
// another path of it than the author wrote: an empty part, or "." and "..", by
// which servers go elsewhere.
func (t *Template) fillPath(v values) (path string, ok bool) {
	ok = true
	inQuery := false
	for _, p := range t.parts {
		if p.name == "" {
			inQuery = inQuery || strings.Contains(p.literal, "?")
		} else if !inQuery && v.of(p) == "" {
			ok = false
		}
	}
	path = t.fill(v, escaped)
	upToQuery, _, _ := strings.Cut(path, "?")
	for segment := range strings.SplitSeq(upToQuery, "/") {
		ok = ok && segment != "." && segment != ".."
	}
	return path, ok && len(path) <= maxFilled
}
