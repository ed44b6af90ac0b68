// Package coverage proves that somebody can serve: for each entry, topic and
// department, at each time of the coming weeks at which callers are let through,
// it counts the agents of the site who could, step by step, and names the holes.
//
// It judges nothing by itself: routing.Plan.Route says where a contact goes,
// acd.Serves who may serve it, ivr.Tree.Requests what callers can ask for; they
// are the functions that decide live. It reads no clock and no ledger: who is
// logged in just now does not matter here, only who could be.
//
// Check looks at a whole folder; read it first, then Of and Coverage.
package coverage

import (
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
)

// How far ahead coverage looks: every day of the coming weeks, and then the
// week after each date at which a center or an assignment begins or ends.
const (
	weeks   = 5 * 7 * 24 * time.Hour
	week    = 7 * 24 * time.Hour
	horizon = 400 * 24 * time.Hour
)

// Coverage is who could serve whom at a site.
type Coverage struct {
	// From is the begin of the first day looked at, Until the end of the last of
	// the coming weeks; later dates are looked at only where something changes.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Views are in order of entry and of time.
	Views []View `json:"views"`

	timeline *timeline
	courses  []course
}

// View is an entry at times at which all its answers are the same.
type View struct {
	Entry contact.Entry `json:"entry"`
	// From is when it is first so; Times says when in words: mon-fri 08:30-19:00.
	From  time.Time `json:"from"`
	Times string    `json:"times"`
	// Answers are in order of topic and department, equal ones in one.
	Answers []Answer `json:"answers"`

	table    *table
	segments []int // those in which it holds
}

// Answer is who could serve some topics from some departments.
type Answer struct {
	// Topics has an empty name for callers who chose none.
	Topics []contact.Topic `json:"topics"`
	// Departments has an empty name for callers who were not asked.
	Departments []contact.Department `json:"departments"`
	Language    string               `json:"language,omitempty"`
	// Authentication is how far the callers are identified, where rules ask for it.
	Authentication int `json:"authentication,omitempty"`
	Outlook

	shared *Outlook // the one of all cells that it stands for
}

// Outlook is what somebody who asks can expect.
type Outlook struct {
	Queue        contact.Queue        `json:"queue,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// Rule is the one that decides, by its place in the site folder.
	Rule string `json:"rule,omitempty"`
	// Local says that a rule before sends those to their local service who have one.
	Local bool `json:"local,omitempty"`
	// Refused is closed or no_agent for contacts that routing turns away.
	Refused contact.Refusal `json:"refused,omitempty"`
	Steps   []Step          `json:"steps,omitempty"`

	// why says why nobody can serve, and remedy what to do, if it is a hole.
	why, remedy string
}

// Step is how many agents could serve at one step.
type Step struct {
	After time.Duration `json:"after"`
	// Centers are those of the step that are open.
	Centers []contact.Center `json:"centers"`
	Agents  int              `json:"agents"`
}

// Agents is how many could serve at the step at which most can.
func (o *Outlook) Agents() int {
	most := 0
	for _, s := range o.Steps {
		most = max(most, s.Agents)
	}
	return most
}

// Hole reports whether nobody can serve contacts that are accepted, or would be
// if there were a center. Whoever is told that it is closed is told the truth.
func (o *Outlook) Hole() bool { return o.Refused != contact.Closed && o.Agents() == 0 }

// Of computes the coverage of a site from the day of at.
func Of(site *config.Site, at time.Time) *Coverage {
	t := newTimeline(site, at)
	c := &Coverage{From: t.from, Until: t.from.Add(weeks), timeline: t, courses: newSurvey(site, t).courses()}
	c.Views = c.views()
	return c
}
