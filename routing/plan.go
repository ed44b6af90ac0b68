// Package routing decides where a contact goes: from its attributes to a queue,
// a priority and the steps by which the circle of agents widens.
//
// It is pure and reads no configuration of its own: the plan is built by
// package config, and everything a decision needs later is in the decision. It
// does not know who is logged in; that is the floor's business (acd). Read
// Plan.Route, Attributes and Decision first.
package routing

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// Attributes is what the menu tree, or the headers of a mail, yielded.
type Attributes struct {
	Entry  contact.Entry
	Medium contact.Medium
	// Topic is empty when the person named none.
	Topic contact.Topic
	// Department is empty when nobody asked; contact.Unknown is a normal value.
	Department contact.Department
	// PostalCode gives the department when none is named, and the local service.
	PostalCode string
	Language   string
	// Authentication says how far the menu has identified the person: 0, 1 or 2.
	Authentication int
	// Organisation is the one of a contact that was sent somewhere before: it
	// stays, whatever day it has become and whatever department is named now.
	// Empty for a contact that is routed for the first time.
	Organisation contact.Organisation
	// Tried are the numbers of local services that could not be reached: for
	// this person they are none any more.
	Tried []string
	// Callback: the person is called back, and may wait over a long weekend.
	Callback bool
}

// Plan is everything routing needs. It is immutable and shared by all contacts.
type Plan struct {
	// Always is read first, whatever the organisation.
	Always []Rule
	// Organisations holds the rules of each way of organising the centers. The
	// last rule of each matches everybody.
	Organisations map[contact.Organisation][]Rule
	// Assign says who belongs to which organisation; the first that holds wins,
	// and the last holds for everybody.
	Assign []Assignment
	// DepartmentOf finds the department of a postal code, contact.Unknown for one
	// that has none. Nil when the site does not ask for postal codes.
	DepartmentOf func(postalCode string) contact.Department
	// Services finds the local service of a topic and a postal code. Nil when
	// the site has none.
	Services func(t contact.Topic, postalCode string) (LocalService, bool)
	Centers  map[contact.Center]CenterTerms
	Queues   map[contact.Queue]QueueTerms
	// Ageing is what the priorities of the rules are worth; zero: they are strict.
	Ageing contact.Ageing
}

// CenterTerms is when a center serves.
type CenterTerms struct {
	// Period bounds a center that does not exist for ever.
	Period Period
	// Calendar is nil for a center that is always open.
	Calendar *calendar.Calendar
}

// QueueTerms is how a queue's contacts are served.
type QueueTerms struct {
	Policies contact.Policies
	Strategy contact.Strategy
	Closing  contact.Closing
	// Redial is for how long somebody who hung up and calls again for the same
	// topic finds the place kept; 0 is not at all.
	Redial time.Duration
	// MailTake is how long a mail, or a recorded message, may lie on an agent's screen before he
	// takes it, MailHandle how long he may then work on it; 0 is the default.
	MailTake, MailHandle time.Duration
}

// The times of a mail in a queue that says nothing else.
const (
	DefaultMailTake   = 2 * time.Minute
	DefaultMailHandle = time.Hour
)

// policies are those of a medium: no phone rings for a mail.
func (t QueueTerms) policies(m contact.Medium) contact.Policies {
	p := t.Policies
	if !m.Interactive() {
		p.Ring, p.Handle = cmp.Or(t.MailTake, DefaultMailTake), cmp.Or(t.MailHandle, DefaultMailHandle)
	}
	return p
}

// LocalService is an office that keeps its own number.
type LocalService struct {
	Name   string `json:"name"`
	Number string `json:"number"`
	// Calendar is nil for an office that always answers.
	Calendar *calendar.Calendar `json:"-"`
}

// Rule sends the contacts it matches to one queue, or to their local service.
type Rule struct {
	// Name tells people which rule it was: its place in the site folder.
	Name  string
	Match Match
	// ToService sends to the local service; the rule holds only for contacts
	// for whom there is one, and Queue and Steps are empty.
	ToService bool
	Queue     contact.Queue
	Priority  int
	Steps     []Step
}

// Match holds for a contact if every list that is not empty contains its value.
type Match struct {
	Entries     []contact.Entry
	Topics      []contact.Topic
	Departments []contact.Department
	Languages   []string
	// Authentications are how far the person is identified, each of 0 to 2.
	Authentications []int
}

// Step is one circle of agents as the site writes it, centers already
// accumulated.
type Step struct {
	After   time.Duration
	Centers []contact.Center
	// Need may name the skill of the contact's topic as TopicSkill.
	Need contact.Need
	// Files requires the right to open the person's file.
	Files bool
	// EstimatedWait and PerAgent open the step before its time, see contact.Step.
	EstimatedWait time.Duration
	PerAgent      int
}

// Assignment puts departments into an organisation for a time. An empty list
// means all that are left.
type Assignment struct {
	// Name tells people which assignment it was, as that of a rule does.
	Name         string
	Departments  []contact.Department
	Organisation contact.Organisation
	Period       Period
}

// Period is a range of time [From, Until); a zero end is open.
type Period struct{ From, Until time.Time }

// Contains reports whether t lies in the period.
func (p Period) Contains(t time.Time) bool {
	return !t.Before(p.From) && (p.Until.IsZero() || t.Before(p.Until))
}

// Decision is where a contact goes and why. It is complete: nothing in it has to
// be looked up again.
type Decision struct {
	Queue        contact.Queue        `json:"queue,omitempty"`
	Priority     int                  `json:"priority,omitempty"`
	Ageing       contact.Ageing       `json:"ageing,omitzero"`
	Steps        []contact.Step       `json:"steps,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// Department is the one asked for, or that of the postal code.
	Department contact.Department `json:"department,omitempty"`
	Policies   contact.Policies   `json:"policies"`
	Strategy   contact.Strategy   `json:"strategy,omitempty"`
	Hours      contact.Hours      `json:"hours,omitempty"`
	Closing    contact.Closing    `json:"closing,omitzero"`
	Redial     time.Duration      `json:"redial,omitempty"`
	// Service is the local service that the contact goes to instead of a queue.
	Service *LocalService `json:"service,omitempty"`
	// Rule names the rule that matched, Assignment's organisation is above.
	Rule string `json:"rule,omitempty"`
	// Refused is NoAgent when the rule names only centers that do not exist at
	// that time, Closed when all those that do are closed.
	Refused contact.Refusal `json:"refused,omitempty"`
}

// Route decides for one contact at the instant of its arrival. The first rule
// that matches wins: those of Always, then those of the organisation.
func (p *Plan) Route(a Attributes, at time.Time) Decision {
	a = p.placed(a)
	organisation := p.organisation(a, at)
	for _, rules := range [][]Rule{p.Always, p.Organisations[organisation]} {
		for i := range rules {
			if p.holds(&rules[i], a) {
				return p.decide(&rules[i], organisation, a, at)
			}
		}
	}
	// A plan from package config ends in catch-alls; a hand-made one may not.
	return Decision{Organisation: organisation, Department: a.Department, Refused: contact.NoAgent}
}

// Toward decides as if the contact were sent to a queue: by the first of its rules
// that leads there, or by the first of its organisation that does, since what it
// will ask for may not be known yet.
func (p *Plan) Toward(q contact.Queue, a Attributes, at time.Time) Decision {
	a = p.placed(a)
	organisation := p.organisation(a, at)
	var first *Rule
	for _, rules := range [][]Rule{p.Always, p.Organisations[organisation]} {
		for i := range rules {
			r := &rules[i]
			switch {
			case r.ToService || r.Queue != q:
			case p.holds(r, a):
				return p.decide(r, organisation, a, at)
			case first == nil:
				first = r
			}
		}
	}
	if first == nil {
		return Decision{Queue: q, Organisation: organisation, Department: a.Department, Refused: contact.NoAgent}
	}
	return p.decide(first, organisation, a, at)
}

// placed finds the department of a contact who named only a postal code.
func (p *Plan) placed(a Attributes) Attributes {
	if a.Department == "" && a.PostalCode != "" && p.DepartmentOf != nil {
		a.Department = p.DepartmentOf(a.PostalCode)
	}
	return a
}

// holds reports whether a rule is the contact's, not looking at earlier ones.
func (p *Plan) holds(r *Rule, a Attributes) bool {
	if !r.Match.Holds(a) {
		return false
	}
	_, found := p.service(r, a)
	return found || !r.ToService
}

// organisation is that of the contact. One that this version of the site no longer
// has cannot say who serves.
func (p *Plan) organisation(a Attributes, at time.Time) contact.Organisation {
	if p.keeps(a) {
		return a.Organisation
	}
	for _, assigned := range p.Assign {
		if assigned.Period.Contains(at) && among(assigned.Departments, a.Department) {
			return assigned.Organisation
		}
	}
	return ""
}

// keeps reports whether the contact stays in the organisation of an earlier routing.
func (p *Plan) keeps(a Attributes) bool {
	_, known := p.Organisations[a.Organisation]
	return known && a.Organisation != ""
}

// Holds reports whether the contact is among those matched.
func (m Match) Holds(a Attributes) bool {
	return among(m.Entries, a.Entry) && among(m.Topics, a.Topic) &&
		among(m.Departments, a.Department) && among(m.Languages, a.Language) &&
		among(m.Authentications, a.Authentication)
}

// Everybody reports whether the match is a catch-all.
func (m Match) Everybody() bool {
	return len(m.Entries)+len(m.Topics)+len(m.Departments)+len(m.Languages)+len(m.Authentications) == 0
}

func among[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

func (p *Plan) decide(r *Rule, o contact.Organisation, a Attributes, at time.Time) Decision {
	d := Decision{Queue: r.Queue, Priority: r.Priority, Organisation: o, Department: a.Department, Rule: r.Name}
	if service, found := p.service(r, a); found {
		d.Service = &service
		if service.Calendar != nil && service.Calendar.At(at) != calendar.Open {
			d.Refused = contact.Closed
		}
		return d
	}
	terms := p.terms(r.Queue)
	d.Ageing = p.Ageing
	d.Policies, d.Strategy, d.Closing, d.Redial = terms.policies(a.Medium), terms.Strategy, terms.Closing, terms.Redial
	for _, step := range r.Steps {
		if s, ok := p.resolve(step, a, at); ok {
			d.Steps = append(d.Steps, s)
		}
	}
	d.Hours = p.hours(d.Steps, a, at)
	d.Refused = refusal(d, a.Medium, at)
	return d
}

// followsTheFile: the phone may be national, but who answers a mail has the
// person's file open. A person who is outside every department has none.
func followsTheFile(a Attributes) bool {
	return a.Medium == contact.Email && a.Department != "" && a.Department != contact.Unknown
}

func (p *Plan) terms(q contact.Queue) QueueTerms {
	if terms, ok := p.Queues[q]; ok {
		return terms
	}
	return QueueTerms{Policies: contact.DefaultPolicies(), Strategy: contact.LongestReady, Closing: contact.DefaultClosing()}
}

// resolve makes a step that can be read without the plan. Centers outside their
// dates are left out; a step without centers is none.
func (p *Plan) resolve(s Step, a Attributes, at time.Time) (contact.Step, bool) {
	var centers []contact.Center
	for _, c := range s.Centers {
		if p.Centers[c].Period.Contains(at) {
			centers = append(centers, c)
		}
	}
	return contact.Step{
		After: s.After, Centers: centers, Need: NeedFor(s.Need, a.Topic), Files: s.Files || followsTheFile(a),
		EstimatedWait: s.EstimatedWait, PerAgent: s.PerAgent,
	}, len(centers) > 0
}

// Covers reports whether every contact that other matches is matched by m too.
func (m Match) Covers(other Match) bool {
	return covers(m.Entries, other.Entries) && covers(m.Topics, other.Topics) &&
		covers(m.Departments, other.Departments) && covers(m.Languages, other.Languages) &&
		covers(m.Authentications, other.Authentications)
}

// covers compares two lists of which an empty one means everything.
func covers[T comparable](wide, narrow []T) bool {
	if len(wide) == 0 {
		return true
	}
	for _, v := range narrow {
		if !slices.Contains(wide, v) {
			return false
		}
	}
	return len(narrow) > 0
}
