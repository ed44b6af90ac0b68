package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/guichet/guichet/internal/calendar"
)

// value is a scalar with the place it was written at. The zero value means
// that it was not written, or not in a usable form, which was then reported.
type value[T any] struct {
	v   T
	at  place
	set bool
	// inner is the column at which a text begins, within its quotes; 0 where it
	// is not written as it reads, on one line.
	inner int
}

// within is the place of a rune of a text, counted from 0, or of the text.
func (v value[T]) within(offset int) place {
	at := v.at
	if v.inner > 0 {
		at.column = v.inner + offset
	}
	return at
}

// innerColumn is where the text of a scalar begins, or 0.
func innerColumn(n ast.Node, at place) int {
	s, ok := n.(*ast.StringNode)
	if !ok || strings.Contains(s.Value, "\n") || !strings.Contains(s.Token.Origin, s.Value) {
		return 0
	}
	if s.Token.Type == token.SingleQuoteType || s.Token.Type == token.DoubleQuoteType {
		return at.column + 1
	}
	return at.column
}

// or returns the value, or a default when it was not written.
func (v value[T]) or(fallback T) T {
	if v.set {
		return v.v
	}
	return fallback
}

func (v *value[T]) read(d *document, n ast.Node) {
	v.at = d.at(n)
	v.inner = innerColumn(n, v.at)
	text, k := d.scalar(n)
	switch k {
	case noScalar:
		d.add(v.at, "", "expected %s, found %s", v.wanted(), describe(n))
		return
	case reported:
		return
	}
	if problem, hint := v.parse(text, k); problem != "" {
		d.add(v.at, hint, "%s", problem)
		return
	}
	v.set = true
}

func (v *value[T]) wanted() string {
	switch any(v.v).(type) {
	case int:
		return "a whole number"
	case bool:
		return "true or false"
	case time.Duration:
		return "a duration such as 20s"
	case calendar.Date:
		return "a date such as 2026-12-24"
	}
	return "text"
}

// kind is how a scalar was written.
type kind int

const (
	asText kind = iota
	asNumber
	asTruth
	fromEnvironment
	// noScalar is a list or a mapping, reported something already complained of.
	noScalar
	reported
)

// scalar returns the text of a scalar after putting in environment variables.
func (d *document) scalar(n ast.Node) (text string, k kind) {
	switch n := n.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = strings.TrimRight(n.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, asNumber
	case *ast.BoolNode:
		return n.GetToken().Value, asTruth
	default:
		return "", noScalar
	}
	if variable.MatchString(text) {
		return d.expand(n, text)
	}
	return text, asText
}

// variable is how site.yaml asks for a value of the environment: ${NAME}, or
// ${NAME:-value} with what holds when it is not set.
var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(:-[^{}]*)?\}`)

func (d *document) expand(n ast.Node, text string) (string, kind) {
	if d.env == nil {
		d.add(d.at(n), "write the value here, or refer to a setting of site.yaml", "environment variables are only read in site.yaml")
		return "", reported
	}
	k := fromEnvironment
	text = variable.ReplaceAllStringFunc(text, func(found string) string {
		parts := variable.FindStringSubmatch(found)
		if value, ok := d.env(parts[1]); ok && value != "" {
			return value
		}
		if parts[2] == "" {
			d.add(d.at(n), fmt.Sprintf("set it, or write ${%s:-value} with a default", parts[1]), "the environment variable %s is not set", parts[1])
			k = reported
		}
		return strings.TrimPrefix(parts[2], ":-")
	})
	return text, k
}

// parse sets v from the text of a scalar, or says what is wrong and what to do.
func (v *value[T]) parse(text string, k kind) (problem, hint string) {
	switch target := any(&v.v).(type) {
	case *string:
		return parseText(target, text, k)
	case *int:
		return parseInt(target, text, k)
	case *bool:
		return parseBool(target, text)
	case *time.Duration:
		return parseDuration(target, text, k)
	case *calendar.Date:
		date, err := calendar.ParseDate(text)
		if err != nil {
			return fmt.Sprintf("%q is not a date", text), "write it like 2026-12-24"
		}
		*target = date
	}
	return "", ""
}

func parseText(target *string, text string, k kind) (problem, hint string) {
	switch k {
	case asNumber:
		// 01 would be 1, and 0199002014 an octal number, for the next tool that
		// reads the file.
		return fmt.Sprintf("expected text, found the number %s", text), fmt.Sprintf("put it in quotes: %q", text)
	case asTruth:
		return fmt.Sprintf("expected text, found the truth value %s", text), fmt.Sprintf("put it in quotes: %q", text)
	}
	if len(text) > 4000 {
		return fmt.Sprintf("the text has %d bytes", len(text)), "keep it under 4000"
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' }); i >= 0 {
		return fmt.Sprintf("the text contains the control character %q", text[i]), "delete it"
	}
	*target = text
	return "", ""
}

func parseInt(target *int, text string, k kind) (problem, hint string) {
	n, err := strconv.Atoi(text)
	switch {
	case k == asText && err == nil:
		return fmt.Sprintf("expected a whole number, found the text %q", text), "leave out the quotes"
	case k == asText:
		return fmt.Sprintf("expected a whole number, found the text %q", text), ""
	case err != nil:
		return fmt.Sprintf("%s is not a whole number", text), ""
	}
	*target = n
	return "", ""
}

func parseBool(target *bool, text string) (problem, hint string) {
	if text != "true" && text != "false" {
		return fmt.Sprintf("expected true or false, found %q", text), ""
	}
	*target = text == "true"
	return "", ""
}

func parseDuration(target *time.Duration, text string, k kind) (problem, hint string) {
	if k == asNumber {
		return fmt.Sprintf("the duration %s has no unit", text), fmt.Sprintf("write %ss or %sm", text, text)
	}
	duration, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Sprintf("%q is not a duration", text), "write it like 500ms, 20s, 5m or 1h30m"
	}
	*target = duration
	return "", ""
}
