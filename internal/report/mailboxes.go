package report

import (
	"io"
	"maps"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/terminal"
)

// Mailbox is what callers left, or could not leave, for a mailbox. Those are counted
// whose contacts arrived in the period, whenever somebody dealt with them.
type Mailbox struct {
	Name string `json:"name"`
	Left int    `json:"left"`
	// Done are those of Left that somebody has dealt with, Waiting the others.
	Done    int `json:"done"`
	Waiting int `json:"waiting"`
	// Full are the callers who found it full, NotRecorded those of whom nothing could
	// be recorded.
	Full        int `json:"full"`
	NotRecorded int `json:"not_recorded"`
}

// mailboxes are those of one contact, by name.
type mailboxes map[string]*Mailbox

func (m mailboxes) of(name string) *Mailbox {
	if m[name] == nil {
		m[name] = &Mailbox{Name: name}
	}
	return m[name]
}

// left is a message that is kept: whose it is, and the contact that was born for it.
type left struct {
	mailbox string
	life    *life
	born    *life
}

// inMailbox counts what a fact about a contact says of mailboxes.
func (r *recount) inMailbox(l *life, f fact.Fact) {
	for _, d := range fact.DecisionsOf(f) {
		switch {
		case d.Mailbox == "":
		case d.Case == fact.OnFull:
			l.mailboxes.of(d.Mailbox).Full++
			r.numbers.add("mailbox", d.Mailbox, "full")
		default:
			l.mailboxes.of(d.Mailbox).NotRecorded++
			r.numbers.add("mailbox", d.Mailbox, "not_recorded")
		}
	}
	if f, is := f.(fact.MessageLeft); is {
		r.left[f.Message] = &left{mailbox: f.Mailbox, life: l}
		l.mailboxes.of(f.Mailbox).Left++
		r.numbers.add("mailbox", f.Mailbox, "left")
	}
}

// messageFact counts what people and the leader say of a message, and tells whether the
// fact is about one.
func (r *recount) messageFact(f fact.Fact) bool {
	switch f := f.(type) {
	case fact.MessageDone:
		r.done(f.Message)
	case fact.MessageDeleted:
		if m, known := r.left[f.Message]; known {
			r.numbers.add("mailbox", m.mailbox, "deleted")
		}
	default:
		return false
	}
	return true
}

func (r *recount) done(id fact.MessageID) {
	if m, known := r.left[id]; known { // or of a time that the ledger lacks
		m.life.mailboxes.of(m.mailbox).Done++
		r.numbers.add("mailbox", m.mailbox, "done")
	}
}

// bornFor notes the contact of a message.
func (r *recount) bornFor(l *life, f fact.Arrived) {
	if f.Voicemail == nil {
		return
	}
	l.message = f.Voicemail.Message
	if m, known := r.left[l.message]; known {
		m.born = l
	}
}

// doneBy counts the message with which an agent has dealt as its contact.
func (r *recount) doneBy(l *life) {
	if l.message != "" {
		r.done(l.message)
	}
}

// contactOfMessage takes the contact of a message out of wherever it is, with which somebody has
// dealt otherwise.
func (r *recount) contactOfMessage(a fold.Applied) {
	f, is := a.Fact.(fact.MessageDone)
	if !is {
		return
	}
	if m, known := r.left[f.Message]; known && m.born != nil && m.born.closed == 0 {
		r.contactFact(a, m.born.id)
	}
}

// messageHeard closes it: answered, by the center of the agent who had it if it was he.
func (r *recount) messageHeard(a fold.Applied, l *life) {
	c := fact.Closed{Outcome: contact.Answered}
	if by := a.Fact.(fact.MessageDone).By; l.live != "" && by == string(l.offer.Agent) && by != "" {
		l.center = l.offer.Center
	}
	l.close(a.Entry.At, c)
	r.order.leave(l)
}

// mailboxes are the fold's counters of mailboxes.
func (n numbers) mailboxes(all map[string]*fold.Mailbox) {
	for name, m := range all {
		for what, count := range map[string]uint64{
			"left": m.Left, "full": m.Refused, "not_recorded": m.Failed, "done": m.Done, "deleted": m.Deleted,
		} {
			if count != 0 {
				n[series("mailbox", []any{name, what})] = int64(count)
			}
		}
	}
}

// mailboxesOf adds up what contacts left.
func mailboxesOf(lives []*life) []Mailbox {
	sums := mailboxes{}
	for _, l := range lives {
		for name, m := range l.mailboxes {
			sum := sums.of(name)
			sum.Left += m.Left
			sum.Done += m.Done
			sum.Full += m.Full
			sum.NotRecorded += m.NotRecorded
		}
	}
	all := []Mailbox{}
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		m := *sums[name]
		m.Waiting = m.Left - m.Done
		all = append(all, m)
	}
	return all
}

func writeMailboxes(w io.Writer, all []Mailbox) {
	if len(all) == 0 {
		return
	}
	t := terminal.NewTable("MAILBOX", ">left", ">done", ">waiting", ">full", ">not recorded")
	for _, m := range all {
		t.Row(m.Name, m.Left, m.Done, m.Waiting, m.Full, m.NotRecorded)
	}
	_, _ = io.WriteString(w, t.String()+"\n")
}
