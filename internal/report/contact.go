package report

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// Contact is one row of a report. It never holds who the person was.
type Contact struct {
	ID           contact.ID           `json:"id"`
	Medium       contact.Medium       `json:"medium"`
	Entry        contact.Entry        `json:"entry"`
	Arrived      time.Time            `json:"arrived"`
	Queued       time.Time            `json:"queued,omitzero"`
	Closed       time.Time            `json:"closed,omitzero"`
	Topic        contact.Topic        `json:"topic,omitempty"`
	Department   contact.Department   `json:"department,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	Queue        contact.Queue        `json:"queue,omitempty"`
	// Authentication says how far the menu has identified the caller: 0, 1 or 2.
	Authentication int `json:"authentication,omitempty"`
	// Outcome is empty while the contact is still here.
	Outcome contact.Outcome `json:"outcome,omitempty"`
	Stage   contact.Stage   `json:"stage,omitempty"`
	Refusal contact.Refusal `json:"refusal,omitempty"`
	Short   bool            `json:"short,omitempty"`
	// Asked reports whether the contact is in the denominator of the rate.
	Asked bool `json:"asked"`
	// CutOff: the contact ended because its Asterisk died.
	CutOff bool `json:"cut_off,omitempty"`
	// ServedBy is the center and Agent the person who answered.
	ServedBy contact.Center `json:"served_by,omitempty"`
	Agent    contact.Agent  `json:"agent,omitempty"`
	// Offers counts the agents it was offered to.
	Offers int  `json:"offers"`
	Wait   Span `json:"wait_seconds"`
	Talk   Span `json:"talk_seconds"`
	WrapUp Span `json:"wrap_up_seconds"`
	// Rating is the key by which the caller answered what he was asked after the call, none if
	// he was asked and gave no answer; empty if he was not asked.
	Rating string `json:"rating,omitempty"`
	// Supervisions are who heard the conversation, when and how.
	Supervisions []Supervision `json:"supervisions,omitempty"`

	sealed   string // the caller's number, as the ledger keeps it
	withheld bool   // he does not want it to be shown
}

// row is the contact for people, with times in the site's zone.
func (l *life) row(zone *time.Location) Contact {
	at := func(us int64) time.Time {
		if us == 0 {
			return time.Time{}
		}
		return time.UnixMicro(us).In(zone)
	}
	return Contact{
		ID: l.id, Medium: l.medium, Entry: l.entry,
		Arrived: at(l.arrived), Queued: at(l.queued), Closed: at(l.closed),
		Topic: l.topic, Department: l.department, Organisation: l.organisation, Queue: l.queue, Authentication: l.authentication,
		Outcome: l.outcome, Stage: l.stage, Refusal: l.refusal, Short: l.short(), Asked: l.countsAsAsked(),
		ServedBy: l.center, Agent: l.agent, Offers: l.offers,
		Wait: l.wait(), Talk: l.talk(), WrapUp: l.wrapUp,
		Rating:       l.rating(),
		Supervisions: l.supervised(zone),
		CutOff:       l.cutOff,
		sealed:       l.caller, withheld: l.hidden,
	}
}
