package routing

import (
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// How far ahead the open times of a contact's centers are looked up: a call
// never waits longer than a day, a mail may wait over a long weekend.
const (
	callHorizon = 24 * time.Hour
	mailHorizon = 8 * 24 * time.Hour
)

// hours writes down when the centers of the steps are open.
func (p *Plan) hours(steps []contact.Step, a Attributes, at time.Time) contact.Hours {
	horizon := mailHorizon
	if a.Medium.Interactive() && !a.Callback {
		horizon = callHorizon
	}
	var hours contact.Hours
	for _, s := range steps {
		for _, c := range s.Centers {
			cal := p.Centers[c].Calendar
			if _, known := hours[c]; known || cal == nil {
				continue
			}
			if hours == nil {
				hours = contact.Hours{}
			}
			hours[c] = windows(cal, at, at.Add(horizon))
		}
	}
	return hours
}

// windows are the open times of a calendar that touch [from, to).
func windows(c *calendar.Calendar, from, to time.Time) []contact.Window {
	open := []contact.Window{}
	for _, s := range c.Opens(from, to) {
		open = append(open, contact.Window{From: s.From.UnixMicro(), Until: s.Until.UnixMicro()})
	}
	return open
}

// refusal says why a decision turns the contact away: no center exists, or all
// are closed. A mail is accepted at any hour and waits for the next opening.
func refusal(d Decision, m contact.Medium, at time.Time) contact.Refusal {
	if len(d.Steps) == 0 {
		return contact.NoAgent
	}
	if !m.Interactive() {
		return ""
	}
	for _, s := range d.Steps {
		for _, c := range s.Centers {
			if d.Hours.Open(c, at.UnixMicro()) {
				return ""
			}
		}
	}
	return contact.Closed
}
