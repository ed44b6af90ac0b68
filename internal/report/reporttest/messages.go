package reporttest

import (
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Messages is a controller of a site with two mailboxes and three messages:
//
//	c21.1 for accueil, about a payment
//	c22.1 for accueil, by a number that is withheld; its recording is gone
//	c23.1 for recours
func Messages(site *config.Site) *Controller {
	site.Mailboxes = map[string]config.Mailbox{
		"accueil": {Name: "accueil", Label: "Accueil", Retention: 30 * 24 * time.Hour, MaxWaiting: 200, Within: 48 * time.Hour},
		"recours": {Name: "recours", Label: "Recours", Retention: time.Hour, MaxWaiting: 5},
	}
	l := Floor(site)
	l.Arrive("c21")
	l.leave("c21", "accueil", 83*time.Second)
	l.Own("c22", fact.Arrived{
		Medium: contact.Voice, Entry: "2014", Node: Node, Line: "line-c22", Caller: "sealed:0698765432", CallerHash: "w", Withheld: true, Config: "0123", Rank: l.Now,
	})
	l.leave("c22", "accueil", 4*time.Second)
	l.Arrive("c23")
	l.leave("c23", "recours", 20*time.Second)
	c := NewController(l, site)
	c.Recordings = map[fact.MessageID][]byte{"c21.1": []byte("RIFF of c21"), "c23.1": []byte("RIFF of c23")}
	return c
}

// leave has a contact leave a message and hang up.
func (l *Ledger) leave(id contact.ID, mailbox string, lasts time.Duration) {
	l.Pass(time.Minute)
	l.Own(id, fact.MessageLeft{
		Message: fact.MessageID(id + ".1"), Mailbox: mailbox, Lasts: lasts, Spoken: lasts / 2, Retention: 30 * 24 * time.Hour,
		Topic: "payment", Language: "fr", Menu: []byte(`{}`),
	})
	l.Own(id, fact.Closed{Outcome: contact.Message, Topic: "payment", Reason: "message_left"})
}

// Recorded is a controller of a site with three recorded conversations:
//
//	c31.r1 is over, after a pause; its file is there
//	c32.r1 has failed
//	c33.r1 goes on
func Recorded(site *config.Site) *Controller {
	l := Floor(site, "a1")
	l.tape("c31", fact.RecordingPaused{Recording: "c31.r1", By: "a1"}, fact.RecordingResumed{Recording: "c31.r1", By: "a1"}, fact.RecordingEnded{Recording: "c31.r1"})
	l.tape("c32", fact.RecordingPaused{Recording: "c32.r1", Keys: true}, fact.RecordingEnded{Recording: "c32.r1", Failed: true})
	l.tape("c33")
	c := NewController(l, site)
	c.Recordings = map[fact.MessageID][]byte{"c31.r1": []byte("RIFF of c31")}
	return c
}

// tape has a contact answered and recorded; what follows is a minute apart, and ends it.
func (l *Ledger) tape(id contact.ID, then ...fact.Fact) {
	l.Arrive(id)
	l.Enqueue(id, "income")
	offer := l.Answer(id, "a1", time.Second)
	l.Own(id, fact.RecordingBegun{Recording: fact.RecordingID(id + ".r1"), Queue: "income", Purpose: "accueil", Retention: 30 * 24 * time.Hour})
	for _, f := range then {
		l.Pass(time.Minute)
		l.Own(id, f)
	}
	if len(then) > 0 {
		l.HangUp(id, offer)
		l.Pass(time.Minute)
		l.Expire("a1")
	}
}
