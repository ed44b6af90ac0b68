package rehearsal

import (
	"maps"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/ivr"
)

// Answer is what stands in for the world outside at one node: for the back-end that it
// asks, or else for the number that it calls or the mailbox that it fills.
type Answer struct {
	// Status is that of HTTP, or else Failure says why none came.
	Status  int
	Failure ivr.Failure
	Body    []byte
	// After is how long the answer takes.
	After time.Duration
	// Instead is one of Instead, at a node that asks no back-end.
	Instead string
}

// What can stand for a call to a number outside, and for a message.
const (
	insteadBusy     = "busy"
	insteadNoAnswer = "no_answer"
	insteadError    = "error"
	insteadFull     = "full"
)

// Instead are the misfortunes of a node that asks no back-end, named as its exits are;
// without one of them a number outside rings, and a message can be left.
func Instead(n ivr.Node) []string {
	switch n.(type) {
	case *ivr.Transfer:
		return []string{insteadBusy, insteadNoAnswer, insteadError}
	case *ivr.Voicemail:
		return []string{insteadFull, insteadError}
	}
	return nil
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

// StubName is what tests call a node for which something can stand in: its type and id.
// A link is called as its author called it, without the part that only sends.
func StubName(tree *ivr.Tree, id ivr.NodeID) (string, bool) {
	switch tree.Nodes[id].(type) {
	case *ivr.HTTP:
		return "http." + string(id), true
	case *ivr.Link:
		return "link." + strings.TrimSuffix(string(id), "/send"), true
	case *ivr.Transfer:
		return "transfer." + string(id), true
	case *ivr.Voicemail:
		return "message." + string(id), true
	}
	return "", false
}

// callOut takes a call to a number outside. One that the scene says nothing about rings.
func (c *Call) callOut(call engine.CallOut) {
	why, misfortune := map[string]contact.RingResult{
		insteadBusy: contact.Busy, insteadNoAnswer: contact.NoAnswer, insteadError: contact.Unreachable,
	}[c.scene.Answers[c.Node()].Instead]
	if misfortune {
		c.pending = append(c.pending, engine.AgentLeft{Offer: call.Transfer, Result: why})
	}
}

// mailboxFull reports whether the scene says so of a node that leaves messages there.
func (s Scene) mailboxFull(mailbox string) bool {
	for id, a := range s.Answers {
		if n, records := s.Tree.Nodes[id].(*ivr.Voicemail); records && n.Mailbox == mailbox && a.Instead == insteadFull {
			return true
		}
	}
	return false
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
