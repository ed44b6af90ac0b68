package config

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/ivr"
)

// httpYAML asks a back-end and goes on by what it answers.
type httpYAML struct {
	commonYAML
	inquiryYAML
	// Save are variables that take values of a successful answer, which must then be
	// JSON: a JSON pointer such as /dossier/etat, or {at, max}.
	Save table[saveYAML] `yaml:"save"`
	// OnSuccess is taken for the statuses 200 to 299.
	OnSuccess exitYAML `yaml:"on_success,required"`
	// OnStatus are exits by status, in quotes: "404", or "3xx", "4xx", "5xx" for all
	// of a class that are not named.
	OnStatus table[exitYAML] `yaml:"on_status"`
	// OnTimeout is taken when no answer comes in time; on_error by default.
	OnTimeout exitYAML `yaml:"on_timeout"`
	// OnError is taken for everything else: another status, no answer, one that is
	// not what the node reads, and after a restart that could have sent the request
	// twice.
	OnError exitYAML `yaml:"on_error,required"`
}

// saveYAML is a pointer, or {at, max}.
type saveYAML struct {
	// At is the JSON pointer.
	At value[string] `yaml:"at,required"`
	// Max is how many characters the value may have, 100 by default, 200 at most. A
	// longer one is an error.
	Max value[int] `yaml:"max"`
}

type saveFields saveYAML

func (s *saveYAML) read(d *document, n ast.Node) {
	d.readEither(n, (*saveFields)(s), &s.At)
}

// defaultSaved is how many characters a saved value may have.
const defaultSaved = 100

func (y *httpYAML) build(b *treeBuilder) ivr.Node {
	node := &ivr.HTTP{
		Common: b.common(y.commonYAML), Inquiry: b.inquiry(&y.inquiryYAML, "GET"),
		OnSuccess: b.exit(y.OnSuccess), OnTimeout: b.exit(y.OnTimeout), OnError: b.exit(y.OnError),
	}
	for _, r := range y.Save {
		b.name(r.key, "a variable")
		if !r.v.At.set {
			continue
		}
		at, flaw := ivr.ParsePointer(r.v.At.v)
		if flaw != nil {
			b.flaw(r.v.At, flaw)
			continue
		}
		node.Save = append(node.Save, ivr.Saved{Variable: r.key.v, From: at, Max: r.v.Max.or(defaultSaved)})
	}
	for _, r := range y.OnStatus {
		status, ok := statusOf(r.key.v)
		if !ok {
			b.add(r.key.at, `write a status such as "404", or "3xx", "4xx" or "5xx"`, "%q is no status", r.key.v)
			continue
		}
		node.OnStatus = append(node.OnStatus, ivr.StatusExit{Status: status, Exit: b.exit(r.v)})
	}
	return node
}

// statusOf reads a status, or a class of them as its first digit.
func statusOf(text string) (int, bool) {
	digits, class := strings.CutSuffix(text, "xx")
	n, err := strconv.Atoi(digits)
	return n, err == nil && (class && len(digits) == 1 && n > 0 || !class && len(digits) == 3 && n >= 100)
}
