package ivr

import (
	"cmp"
	"slices"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// Request is what a tree can know of a caller who asks for an agent.
type Request struct {
	Topic contact.Topic
	// Department and PostalCode are those that the tree itself sets.
	Department contact.Department
	PostalCode string
	// Located says that the caller has keyed in where he lives: it may be anywhere.
	Located  bool
	Language string
	// Authentication is how far an identify can have identified the caller.
	Authentication int
	// InHours says that a calendar was asked on the way and was open.
	InHours bool
}

// Requests lists, in order, what callers can ask for while calendars answer as
// hours does. Failing at menus counts, and so does having been turned away. Going
// back is not followed: a caller who does so and then chooses nothing keeps what
// an earlier choice has set, and asks for what others ask for too.
func (t *Tree) Requests(hours func(calendarName string) calendar.Status) []Request {
	s := search{tree: t, hours: hours, seen: map[asking]bool{}}
	first := Request{}
	if len(t.Languages) > 0 {
		first.Language = t.Languages[0]
	}
	s.enter(Home, first)
	var found []Request
	for a := range s.seen {
		if _, asks := t.Nodes[a.node].(*Queue); asks {
			found = append(found, a.request)
		}
	}
	slices.SortFunc(found, compareRequests)
	return slices.Compact(found)
}

// asking is a caller with a request at a node.
type asking struct {
	node    NodeID
	request Request
}

type search struct {
	tree  *Tree
	hours func(string) calendar.Status
	seen  map[asking]bool
}

func (s *search) enter(to Target, r Request) {
	if to == Back {
		return
	}
	id, ok := s.tree.next(to)
	node := s.tree.Nodes[id]
	if !ok || node == nil {
		return
	}
	r.set(node.common().Set)
	if here := (asking{id, r}); !s.seen[here] {
		s.seen[here] = true
		s.leave(node, r)
	}
}

// leave takes every way out of a node that is open at the time.
func (s *search) leave(node Node, r Request) {
	switch n := node.(type) {
	case *Hours:
		status := s.hours(n.Calendar)
		r.InHours = r.InHours || status == calendar.Open
		s.enter(n.exit(status).Goto, r)
		return
	case *Menu:
		for _, c := range n.Choices {
			chosen := r
			chosen.set(c.Set)
			s.enter(c.Goto, chosen)
		}
		n.Tries.exits(func(_ string, e Exit) { s.enter(e.Goto, r) })
	case *Collect:
		s.enter(n.Next, r.collected(n.Variable))
		n.Tries.exits(func(_ string, e Exit) { s.enter(e.Goto, r) })
	case *Identify:
		visit := func(name string, e Exit) {
			for _, level := range n.levels(name) {
				s.enter(e.Goto, r.identified(level))
			}
		}
		n.exits(visit)
		if !n.Tries.Failure.given() {
			visit("on_failure", s.tree.Failure)
		}
		return
	case *HTTP, *Lookup:
		node.exits(func(name string, e Exit) { s.enter(e.Goto, r.filled(node.(giver).gives(name))) })
	default:
		node.exits(func(_ string, e Exit) { s.enter(e.Goto, r) })
	}
	if tries := triesOf(node); tries != nil && !tries.Failure.given() {
		s.enter(s.tree.Failure.Goto, r)
	}
}

func (r *Request) set(vars Vars) {
	for name, value := range vars {
		switch name {
		case VarTopic:
			r.Topic = contact.Topic(value)
		case VarDepartment:
			r.Department, r.Located = contact.Department(value), false
		case VarPostalCode:
			r.PostalCode, r.Located = value, false
		case VarLanguage:
			r.Language = value
		}
	}
}

// collected is the request after the caller has keyed in a variable.
func (r Request) collected(variable string) Request {
	if variable == VarDepartment || variable == VarPostalCode {
		r.Department, r.PostalCode, r.Located = "", "", true
	}
	return r
}

// identified is the request after an identify.
func (r Request) identified(level int) Request {
	r.Authentication = level
	return r
}

// filled is the request after a back-end or a table has filled variables.
func (r Request) filled(variables []string) Request {
	for _, v := range variables {
		r = r.collected(v)
	}
	return r
}

func compareRequests(a, b Request) int {
	truth := map[bool]int{true: 1}
	return cmp.Or(
		cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Department, b.Department), cmp.Compare(a.PostalCode, b.PostalCode),
		cmp.Compare(truth[a.Located], truth[b.Located]), cmp.Compare(a.Language, b.Language),
		cmp.Compare(a.Authentication, b.Authentication), cmp.Compare(truth[a.InHours], truth[b.InHours]),
	)
}
