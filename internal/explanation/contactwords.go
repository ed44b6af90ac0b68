package explanation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/internal/terminal"
)

// write says all of it in sentences.
func (c *Contact) write(site *config.Site, story *report.Story) {
	p := &page{site: site, at: c.At}
	p.say(0, "%s: a %s to %s, arrived on %s.", c.ID, mediumWord(story.Contact.Medium), p.entry(story.Contact.Entry),
		story.Contact.Arrived.Format("Monday 2 January 2006 at 15:04:05"))
	p.say(0, "%s", p.stands(c, story.Contact))
	if c.Waiting != nil {
		p.place(c.Waiting)
		p.steps(c.Waiting, true)
		if c.Waiting.Place == nil || c.Waiting.Place.Offer == "" {
			p.next(c.Waiting.Next)
		}
		p.end(c.Waiting)
	}
	for i := range c.Offers {
		p.offer(i+1, &c.Offers[i])
	}
	c.Text = p.lines
}

func (p *page) stands(c *Contact, told report.Contact) string {
	if c.Waiting != nil {
		return "It waits in " + p.queue(c.Waiting.Queue) + ", seen at " + p.time(c.At) + "."
	}
	if told.Outcome == contact.StillHere {
		return "It is here (" + c.Standing + ") and waits in no queue."
	}
	text := "Its outcome: " + strings.ReplaceAll(string(told.Outcome), "_", " ")
	if told.ServedBy != "" {
		text += ", by " + p.agent(told.Agent, "") + " of " + p.center(told.ServedBy)
	}
	if c.Standing != "closed" {
		text += "; it is still here (" + c.Standing + ")"
	}
	return text + "."
}

// place says where it stands in the line and who comes first, and why.
func (p *page) place(e *acd.Explanation) {
	l := e.Place
	if l == nil {
		return
	}
	p.say(0, "Place %d of %d in this queue; waiting since %s, so far %s.", l.Position, l.Waiting, p.time(l.Since), terminal.Clock(e.At.Sub(l.Since)))
	if !l.Rank.Equal(l.Since) {
		p.say(0, "What counts for its turn is its first arrival, %s.", p.time(l.Rank))
	}
	if l.Priority > 0 {
		p.say(0, "It has priority %d.", l.Priority)
	}
	switch {
	case l.HeadStart > 0:
		p.say(0, "Priorities age: it is served as if it had come %s earlier.", terminal.Clock(l.HeadStart))
	case l.HeadStart < 0:
		p.say(0, "Priorities age: being a mail, it is served as if it had come %s later.", terminal.Clock(-l.HeadStart))
	}
	switch {
	case l.Ahead == 0:
		p.say(0, "Nobody who waits for the same agents comes before it.")
	case l.ByPriority > 0:
		p.say(0, "Of those who wait for some of the same agents %d come before it, %d of them by a higher priority:", l.Ahead, l.ByPriority)
	default:
		p.say(0, "Of those who wait for some of the same agents %d come before it, by an earlier arrival:", l.Ahead)
	}
	for _, a := range l.First {
		p.say(1, "%s in %s, arrived %s: %s", a.Contact, p.queue(a.Queue), p.time(a.Rank), aheadWords(a))
	}
	if more := l.Ahead - len(l.First); more > 0 {
		p.say(1, "and %d more", more)
	}
	if l.Beside > 0 {
		p.say(0, "%d more stand before it in the queue but wait for other agents: they hold it up in nothing.", l.Beside)
	}
	if !l.HeldUntil.IsZero() && l.HeldUntil.After(e.At) {
		p.say(0, "It is not offered before %s, after an offer that came to nothing.", p.time(l.HeldUntil))
	}
	if l.Offer != "" {
		p.say(0, "It is being offered to %s now.", p.agent(l.Agent, ""))
	}
}

func aheadWords(a acd.Ahead) string {
	switch a.Why {
	case "priority":
		return fmt.Sprintf("higher priority (%d)", a.Priority)
	case "arrival":
		return "came earlier"
	case "ageing":
		return fmt.Sprintf("has waited long enough to go before a higher priority, or a caller (its priority: %d)", a.Priority)
	case "version":
		return "was queued while priorities aged, or did not, otherwise than now"
	case "line":
		return "is on the line"
	}
	return "came in the same instant, and its id is first"
}

// end says what happens at closing, and when everybody has left.
func (p *page) end(e *acd.Explanation) {
	if e.End.Closed.IsZero() {
		p.say(0, "No closing time ends its wait.")
	} else {
		p.say(0, "At %s the last center stops serving those who wait: then nobody is kept waiting, and the menu goes on.", p.time(e.End.Closed))
	}
	if !e.End.AloneSince.IsZero() {
		p.say(0, "Since %s nobody is logged in who could serve it at any step. If it stays so, the wait ends at %s.",
			p.time(e.End.AloneSince), p.time(e.End.Alone))
	}
}

// offer says why this agent, who would have been next, and who could not.
func (p *page) offer(n int, o *Offer) {
	p.at = o.At
	p.say(0, "")
	p.say(0, "Offer %d, at %s: to %s of %s.", n, o.At.Format("15:04:05"), p.agent(o.Agent, ""), p.center(o.Center))
	p.say(1, "Why: %s.", p.why(o))
	if o.Floor != nil {
		p.say(1, "Who else could have served, and who not, as it was right before:")
		before := len(p.lines)
		view := *o.Floor
		view.Steps = view.Steps[:min(len(view.Steps), 1)] // what comes later had no say
		p.steps(&view, true)
		for i := before; i < len(p.lines); i++ {
			p.lines[i] = "  " + p.lines[i]
		}
	}
	for _, then := range o.Then {
		p.say(1, "Then: %s.", then)
	}
}

// why says what the agent was by the rule, and what decided between equals.
func (p *page) why(o *Offer) string {
	text := "had been ready longest of all who may serve"
	if o.atHand() {
		text = "had the fewest at hand of all who may serve, and of those had been ready longest"
	}
	if contact.Strategy(o.Rule) == contact.BestLevel {
		text = fmt.Sprintf("had the highest level (%d) of all who were ready and may serve, and of that level had been ready longest", o.Level)
	}
	if !o.ReadySince.IsZero() {
		text += ", since " + p.time(o.ReadySince)
	}
	if o.equals() {
		text += "; somebody else had been for as long, and then the id decides"
	}
	return text
}

// atHand reports whether some of those who could get it would have had it at hand beside their
// calls: then who has the fewest comes first.
func (o *Offer) atHand() bool {
	if o.Floor == nil || o.Floor.Steps[0].Ready() == 0 {
		return false
	}
	return slices.ContainsFunc(o.Floor.Steps[0].Able[0].People, func(p acd.Person) bool { return p.Capacity > 0 })
}

// equals reports whether the runner-up was the winner's equal by the rule.
func (o *Offer) equals() bool {
	if o.Floor == nil || o.Floor.Steps[0].Ready() < 2 {
		return false
	}
	ready := o.Floor.Steps[0].Able[0].People
	return ready[1].Since.Equal(ready[0].Since) && ready[1].Level == ready[0].Level && ready[1].AtHand == ready[0].AtHand
}
