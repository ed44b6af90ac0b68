package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// answerYAML is what a back-end answers in a test: a status such as 404, a word such
// as timeout, or {status, body, after}.
type answerYAML struct {
	at place
	answerFields
}

type answerFields struct {
	// Status is that of HTTP, 200 by default, or why no answer comes: timeout,
	// unreachable, busy, resting, too_large or limited.
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

// askingNodes are the nodes of a tree that ask a back-end, as stubs name them.
func askingNodes(tree *ivr.Tree) map[string]ivr.NodeID {
	all := map[string]ivr.NodeID{}
	for id := range tree.Nodes {
		if name, asks := rehearsal.StubName(tree, id); asks {
			all[name] = id
		}
	}
	return all
}

// asksThere is the node that a stub means.
func (b *builder) asksThere(v value[string], tree *ivr.Tree) (ivr.NodeID, bool) {
	nodes := askingNodes(tree)
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
		b.add(v.at, hint, "no node of the tree %q asks a back-end under the name %q", tree.ID, v.v)
	}
	return id, known
}

// answer checks what stands in for a back-end.
func (b *builder) answer(y answerYAML) rehearsal.Answer {
	b.lasts(y.After, 0, time.Hour)
	a, problem, hint := StubAnswer(y.Status.or(defaultStatus))
	if problem != "" {
		b.add(y.Status.at, hint, "%s", problem)
	}
	a.After = y.After.v
	if y.Body.at != (place{}) {
		a.Body = y.Body.asSent()
	}
	return a
}

// StubAnswer reads what somebody writes for an answer: a status, or why none comes.
// Otherwise it says what is wrong with that.
func StubAnswer(text string) (a rehearsal.Answer, problem, hint string) {
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
	nodes := askingNodes(tree)
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
