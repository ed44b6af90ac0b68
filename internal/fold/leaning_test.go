package fold_test

import (
	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// leansTo is a fold in whose trials these deeds happen most of the time: those of a rule
// that needs several of them in a row, and that no trial finds in which everything happens
// equally often.
func (v variant) leansTo(deeds ...func(*trial, *controller)) variant {
	v.leaning = func(tr *trial, c *controller) { deeds[tr.pick(len(deeds), "leaning to")](tr, c) }
	return v
}

// speakOfALink claims a link for somebody, or releases it.
func (tr *trial) speakOfALink(c *controller) {
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(anybody)) > 0 })
	if rec := tr.contactOf(c, anybody); rec != nil {
		tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.aboutALink(rec)))
	}
}

// speakOfAWrapUp commands something about an agent's wrap-up, and brings one about if
// nobody is in one.
func (tr *trial) speakOfAWrapUp(c *controller) {
	for _, id := range trialAgents {
		if a := c.state.Floor.Agents[id]; a != nil && a.State == acd.WrapUp {
			tr.say(c, tr.command(c, tr.wrapUp(c, id)))
			return
		}
	}
	tr.serve(c)
}

// anyNote has some agent note what a contact was.
func (tr *trial) anyNote(c *controller) {
	tr.note(c, trialAgents[tr.pick(len(trialAgents), "who notes")])
}

// serve goes one step towards a conversation and its end.
func (tr *trial) serve(c *controller) {
	for _, id := range trialAgents {
		switch a := c.state.Floor.Agents[id]; {
		case a == nil || a.State == acd.LoggedOut:
			tr.say(c, tr.command(c, tr.login(id)))
			return
		case a.State == acd.Paused:
			tr.say(c, tr.command(c, fact.Resumed{Agent: id}))
			return
		}
	}
	c = tr.whoever(c, func(c *controller) bool { return len(c.contacts(anybody)) > 0 })
	unqueued := func(r *engine.Record) bool { return r.Queue == "" && r.ClosedAt == 0 }
	switch rec := tr.contactOf(c, unqueued); {
	case len(c.contacts(func(r *engine.Record) bool { return r.Offer != "" })) > 0:
		tr.aboutAnOffer(c)
	case rec != nil:
		tr.say(c, tr.own(c, string(rec.Node), string(rec.ID), tr.queueing(rec)))
	case tr.pick(2, "decide") == 0:
		tr.decide(c)
	default:
		tr.arrive(c)
	}
}
