package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// answerYAML is what a back-end answers in a test: a status such as 404, a word such
// as timeout, or {status, body, after}; or what becomes of a call to a number outside
// or of a message, in a word.
type answerYAML struct {
	at place
	answerFields
}

type answerFields struct {
	// Status is that of HTTP, 200 by default, or why no answer comes: timeout,
	// unreachable, busy, resting, too_large or limited. Of a transfer it is busy,
	// no_answer or error, of a message full or error.
	Status statusYAML `yaml:"status"`
	// Body is JSON: keys and values, or a text as the back-end sends it.
	Body shapeYAML `yaml:"body"`
	// After is how long the answer takes, 0s by default.
	After value[time.Duration] `yaml:"after"`
}

// statusYAML is a status or a word; people write 404 with quotes and without.
type statusYAML struct{ value[string] }

func (s *statusYAML) read(d *document, n ast.Node) {
	if _, number := n.(*ast.IntegerNode); number {
		s.value = value[string]{v: n.GetToken().Value, at: d.at(n), set: true}
		return
	}
	s.value.read(d, n)
}

func (a *answerYAML) read(d *document, n ast.Node) {
	a.at = d.at(n)
	d.readEither(n, &a.answerFields, &a.Status)
}

// stubbedNodes are the nodes of a tree for which something can stand in, as stubs name
// them.
func stubbedNodes(tree *ivr.Tree) map[string]ivr.NodeID {
	all := map[string]ivr.NodeID{}
	for id := range tree.Nodes {
		if name, can := rehearsal.StubName(tree, id); can {
			all[name] = id
		}
	}
	return all
}

// stubbed is the node that a stub means.
func (b *builder) stubbed(v value[string], tree *ivr.Tree) (ivr.NodeID, bool) {
	nodes := stubbedNodes(tree)
	id, known := nodes[v.v]
	if !known && v.set {
		var names []string
		for name := range nodes {
			names = append(names, name)
		}
		hint := nearest(v.v, names).orKeys(names)
		if len(names) == 0 {
			hint = "leave it out"
		}
		b.add(v.at, hint, "no node of the tree %q is called %q in a stub", tree.ID, v.v)
	}
	return id, known
}

// answer checks what stands in for the world outside at a node.
func (b *builder) answer(y answerYAML, node ivr.Node) rehearsal.Answer {
	b.lasts(y.After, 0, time.Hour)
	words := rehearsal.Instead(node)
	otherwise, at := defaultStatus, y.Status.at
	if len(words) > 0 {
		otherwise = ""
		if more := cmp.Or(y.Body.at, y.After.at); more != (place{}) {
			b.add(more, "write "+strings.Join(words, " or ")+" alone", "only a back-end sends something, or takes its time")
		}
	}
	a, problem, hint := StubAnswer(y.Status.or(otherwise), node)
	if problem != "" {
		b.add(cmp.Or(at, y.at), hint, "%s", problem)
	}
	a.After = y.After.v
	if y.Body.at != (place{}) {
		a.Body = y.Body.asSent()
	}
	return a
}

// StubAnswer reads what somebody writes for an answer at a node: a status, or why none
// comes, or the misfortune of a call outside or of a message. Otherwise it says what is
// wrong with that.
func StubAnswer(text string, node ivr.Node) (a rehearsal.Answer, problem, hint string) {
	if words := rehearsal.Instead(node); len(words) > 0 {
		if slices.Contains(words, text) {
			return rehearsal.Answer{Instead: text}, "", ""
		}
		if text == "" {
			return a, "nothing is said of what becomes of it", "write " + strings.Join(words, " or ")
		}
		return a, fmt.Sprintf("%q is not what can become of it", text), string(nearest(text, words).orKeys(words))
	}
	if status, err := strconv.Atoi(text); err == nil {
		if status < 200 || status > 599 {
			return a, fmt.Sprintf("no answer has the status %d", status), "write one from 200 to 599"
		}
		return rehearsal.Answer{Status: status}, "", ""
	}
	if failure := ivr.Failure(text); slices.Contains(rehearsal.Failures, failure) {
		return rehearsal.Answer{Failure: failure}, "", ""
	}
	var known []string
	for _, f := range rehearsal.Failures {
		known = append(known, string(f))
	}
	hint = string(nearest(text, known).orKeys(known))
	return a, fmt.Sprintf("%q is no answer of a back-end", text), hint
}

// StubNode is the node of a tree that a stub such as http.dossier means; otherwise
// it names those that the tree has.
func StubNode(tree *ivr.Tree, name string) (id ivr.NodeID, known []string) {
	nodes := stubbedNodes(tree)
	if id, there := nodes[name]; there {
		return id, nil
	}
	for name := range nodes {
		known = append(known, name)
	}
	slices.Sort(known)
	return "", known
}

// asSent is a body as a back-end sends it: a text alone is sent as it is.
func (s shapeYAML) asSent() []byte {
	if s.text.set {
		return []byte(s.text.v)
	}
	return s.asJSON(nil)
}

func (s shapeYAML) asJSON(out []byte) []byte {
	switch {
	case s.plain != "":
		return append(out, s.plain...)
	case s.members != nil:
		out = append(out, '{')
		for i, m := range s.members {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendText(out, m.key.v), ':')
			out = m.v.asJSON(out)
		}
		return append(out, '}')
	case s.list != nil:
		out = append(out, '[')
		for i, item := range s.list {
			if i > 0 {
				out = append(out, ',')
			}
			out = item.asJSON(out)
		}
		return append(out, ']')
	}
	return appendText(out, s.text.v)
}

// appendText appends a text as JSON; every text has a form in it.
func appendText(out []byte, text string) []byte {
	quoted, _ := json.Marshal(text)
	return append(out, quoted...)
}
