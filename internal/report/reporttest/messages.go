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
		"accueil": {Name: "accueil", Label: "Accueil", Retention: 30 * 24 * time.Hour, MaxWaiting: 200},
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
