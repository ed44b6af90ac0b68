package rehearsal

import (
	"maps"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
)

// Answer is what stands in for a back-end at one node.
type Answer struct {
	// Status is that of HTTP, or else Failure says why none came.
	Status  int
	Failure ivr.Failure
	Body    []byte
	// After is how long the answer takes.
	After time.Duration
}

// Failures are what can stand for an answer that did not come.
var Failures = []ivr.Failure{ivr.TimedOutThere, ivr.Unreachable, ivr.Busy, ivr.Resting, ivr.TooLarge, ivr.Limited}

// Answering is the scene in which the back-end of a node answers so.
func (s Scene) Answering(node ivr.NodeID, a Answer) Scene {
	s.Answers = maps.Clone(s.Answers)
	if s.Answers == nil {
		s.Answers = map[ivr.NodeID]Answer{}
	}
	s.Answers[node] = a
	return s
}

// StubName is what tests call a node that asks a back-end: its type and id. A link
// is called as its author called it, without the part that only sends.
func StubName(tree *ivr.Tree, id ivr.NodeID) (string, bool) {
	switch tree.Nodes[id].(type) {
	case *ivr.HTTP:
		return "http." + string(id), true
	case *ivr.Link:
		return "link." + strings.TrimSuffix(string(id), "/send"), true
	}
	return "", false
}

// awaited is an answer under way.
type awaited struct {
	fetched engine.Fetched
	at      time.Time
}

// ask takes a request of the menu. One that the scene says nothing about is never
// answered.
func (c *Call) ask(f engine.Fetch) {
	c.asked = &f.Fetch
	a, said := c.scene.Answers[f.Node]
	if !said {
		return
	}
	fetched := engine.Fetched{Fetched: ivr.Fetched{ID: f.ID, Status: a.Status, Failure: a.Failure, Body: a.Body, Took: a.After}}
	if a.After <= 0 {
		c.pending = append(c.pending, fetched)
		return
	}
	c.answer = &awaited{fetched: fetched, at: c.now.Add(a.After)}
}

// Unanswered is the node whose back-end is being asked, if the scene has no answer.
func (c *Call) Unanswered() (ivr.NodeID, bool) {
	if c.session.Menu.Phase != ivr.Fetching || c.asked == nil || c.closed != nil {
		return "", false
	}
	_, said := c.scene.Answers[c.asked.Node]
	return c.asked.Node, !said
}
