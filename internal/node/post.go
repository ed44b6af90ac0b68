package node

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"

	"go.uber.org/zap"

	"github.com/guichet/guichet/internal/channel/email"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/status"
)

// maxMails bounds the mails that are here at a time: their texts are in the
// memory of every controller, and in every snapshot.
const maxMails = 2000

// draft is a mail that is not in the ledger yet: its letter with the two facts
// that bring it there, in one batch or not at all.
type draft struct {
	*letter
	facts    []record
	commands []engine.Command
}

// Post takes a mail in. It is accepted when the ledger has its arrival and its
// place in a queue; a *status.Refused says why nothing was taken in.
func (c *Controller) Post(ctx context.Context, m status.Mail) (status.Posted, error) {
	if !c.sealer.lasting {
		return status.Posted{}, status.Refuse(status.NoKey, "give site.yaml a key", "the site has no key to encrypt mails with, so it takes none")
	}
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	select {
	case c.mail.posting <- struct{}{}:
		defer func() { <-c.mail.posting }()
	case <-ctx.Done():
		return status.Posted{}, unclear(ctx.Err())
	}
	return c.mail.post(ctx, m)
}

func (m *mailroom) post(ctx context.Context, mail status.Mail) (status.Posted, error) {
	d, err := m.draft(mail)
	if err != nil {
		return status.Posted{}, err
	}
	known, err := m.admit(d, mail.Reference)
	if known || err != nil {
		return status.Posted{Contact: d.id, Repeated: known}, err
	}
	return status.Posted{Contact: d.id}, m.bring(ctx, d)
}

// bring puts a draft that was admitted in the ledger, and begins its letter.
func (m *mailroom) bring(ctx context.Context, d *draft) error {
	if err := m.write(ctx, d); err != nil {
		d.cleanUp() // should it have landed all the same, it is taken up
		return err
	}
	if !m.begin(d) {
		d.cleanUp()
	}
	return nil
}

// draft writes the arrival and has the core route it.
func (m *mailroom) draft(mail status.Mail) (*draft, error) {
	site, seal := m.c.Site(), m.c.sealer
	said, err := json.Marshal(mail.Letter)
	if err != nil {
		return nil, err
	}
	all, err := json.Marshal(mail)
	if err != nil {
		return nil, err
	}
	content, _ := seal.seal(string(said))
	from, hash := seal.seal(mail.From)
	id := m.name("m", "reference "+mail.Reference) + "-" + m.name("", "mail "+string(all))
	d := &draft{
		letter: m.newLetter(contact.ID(id), m.c.rules(site, site.Entries[mail.Entry])),
	}
	now := m.c.clock.now()
	next, effects := engine.Step(d.rules, engine.Session{}, now, engine.Arrived{ID: d.id, Fact: fact.Arrived{
		Medium: contact.Email, Entry: mail.Entry, Node: contact.Mailroom, Line: mail.Reference,
		Caller: from, CallerHash: hash, Config: site.Hash, Rank: now,
		Mail: &fact.Mail{
			Topic: mail.Topic, Department: mail.Department, PostalCode: mail.PostalCode, Language: mail.Language,
			Content: content, Digest: m.name("", "digest "+string(all)),
		},
	}})
	if next.Record.Queueings == 0 {
		return nil, status.Refuse(status.NoQueue, "see guichet route for where such a contact goes",
			"no queue of the site takes a mail about %s at this entry", mail.Topic)
	}
	d.state, d.seq = next, uint64(len(effects.Facts))
	d.facts = records(contact.Mailroom, id, 1, now, nil, effects.Facts)
	d.commands = effects.Commands
	return d, nil
}

// name is a keyed hash as a part of an id: whoever sends the same again, to
// whichever controller, means the same mail.
func (m *mailroom) name(prefix, text string) string {
	return prefix + strings.ToLower(base32.HexEncoding.EncodeToString(m.c.sealer.hash(text)[:5]))
}

// admit registers the letter, so that no offer of its mail can be missed. Known
// says that the mail was taken in before.
func (m *mailroom) admit(d *draft, reference string) (known bool, err error) {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	s := m.c.state
	if s.Contacts[d.id] != nil || s.Protocol.Seq(string(d.id)) > 0 {
		return true, nil
	}
	if m.since.IsZero() {
		return false, m.elsewhere(s)
	}
	mails := 0
	for _, rec := range s.Contacts {
		if rec.Medium != contact.Email {
			continue
		}
		if mails++; rec.Line == reference {
			return false, status.Refuse(status.ReferenceUsed, "give each mail a reference of its own",
				"the reference is that of another mail, which is here as contact %s", rec.ID)
		}
	}
	if mails >= maxMails {
		return false, status.Refuse(status.TooManyMails, "send it again when some are answered", "%d mails are here already", mails)
	}
	m.c.lives[d.id] = &d.life
	return false, nil
}

// elsewhere says who keeps the mails. Called with the lock held for reading.
func (m *mailroom) elsewhere(s *fold.State) error {
	switch holder := s.Protocol.Nodes[string(contact.Mailroom)].Holder; holder {
	case "", m.c.instance:
		return status.Refuse(status.NotHolder, "send it again in a few seconds", "no controller takes mails just now")
	default:
		return status.Refuse(status.NotHolder, "send it to "+holder, "the mails are with controller %s", holder)
	}
}

func unclear(err error) error {
	return status.Refuse(status.LedgerAway, "send it again: it takes effect once", "it is not known to be written: %s", err)
}

// write puts the facts of a draft in the ledger and waits until they are folded.
func (m *mailroom) write(ctx context.Context, d *draft) error {
	entries, err := m.c.append(ctx, "post", func(s *fold.State) (batch []ledger.Entry) {
		epoch, holds := m.c.epoch(s, string(contact.Mailroom))
		if !holds {
			return nil
		}
		for _, r := range d.facts {
			batch = append(batch, r.entry(m.c.instance, epoch))
		}
		return batch
	})
	switch {
	case err != nil:
		m.c.settle(ctx, err)
		if m.c.seqOf(d.id) < d.seq {
			return unclear(err)
		}
	case len(entries) == 0:
		m.c.mu.RLock()
		defer m.c.mu.RUnlock()
		return m.elsewhere(m.c.state)
	}
	m.c.journal.written(d.facts)
	return m.c.awaitSeq(ctx, d.id, d.seq)
}

// begin starts the letter of a mail that was accepted. It is false if the room was
// closed meanwhile: then the mail is somebody else's; and if it is over, or void.
func (m *mailroom) begin(d *draft) bool {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	if m.since.IsZero() || m.c.state.Contacts[d.id] == nil {
		return false
	}
	for _, c := range d.commands {
		if arm, is := c.(engine.Arm); is {
			d.arm(arm)
		}
	}
	m.c.log.Debug("mail taken in", zap.String("contact", string(d.id)), zap.String("queue", string(d.state.Record.Queue)))
	m.running.Go(d.run)
	return true
}

func (c *Controller) seqOf(id contact.ID) (seq uint64) {
	c.View(func(s *fold.State) { seq = s.Protocol.Seq(string(id)) })
	return seq
}

// awaitSeq waits until the facts of a contact are folded up to a number.
func (c *Controller) awaitSeq(ctx context.Context, id contact.ID, seq uint64) error {
	changed, stop := c.Watch()
	defer stop()
	for c.seqOf(id) < seq {
		select {
		case <-changed:
		case <-ctx.Done():
			return unclear(ctx.Err())
		}
	}
	return nil
}

// DoMail has an agent's deed done. It is done when the ledger has accepted it; a
// *status.Refused says why not.
func (c *Controller) DoMail(ctx context.Context, id contact.ID, d status.Deed) error {
	ctx, cancel := context.WithTimeout(ctx, commandPatience)
	defer cancel()
	op := c.mail.operation(id, d)
	if answer, known := c.answer(op); known {
		return effect(answer)
	}
	reply := ""
	if d.Act == string(email.Answer) {
		reply, _ = c.sealer.seal(d.Text)
	}
	told := make(chan done, 1)
	if err := c.mail.hand(id, act{Deed: email.Deed{Act: email.Act(d.Act), Agent: d.Agent, Reply: reply}, op: op, told: told}); err != nil {
		if answer, known := c.answer(op); known {
			return effect(answer) // a repetition has ended the mail meanwhile
		}
		return err
	}
	var became done
	select {
	case became = <-told:
	case <-ctx.Done():
		return unclear(ctx.Err())
	}
	switch {
	case became.gone:
		return c.refused(ctx, op, "the mail is over, or has just gone to another controller")
	case became.refusal != "":
		return c.refused(ctx, op, became.refusal)
	case !became.wrote:
		return nil
	}
	if err := c.awaitSeq(ctx, id, became.seq); err != nil {
		return err
	}
	answer, known := c.answer(op)
	if !known {
		return unclear(errors.New("another controller wrote about the mail meanwhile"))
	}
	return effect(answer)
}

// refused is the answer to a deed that cannot be done, unless it is a repetition
// of one that has just been written, or is being written.
func (c *Controller) refused(ctx context.Context, op, why string) error {
	if answer, known := c.answer(op); known || c.journal.answers(op) && c.await(ctx, op, true) {
		if !known {
			answer, _ = c.answer(op)
		}
		return effect(answer)
	}
	return status.Refuse(status.NoEffect, "see /api/v1/agents/{id}/contact for what an agent has", "%s", why)
}

func effect(a ledger.Answer) error {
	if a.Void != "" {
		return status.Refuse(status.NoEffect, "see /api/v1/agents/{id}/contact for what an agent has", "%s", a.Void)
	}
	return nil
}

// operation names a deed in the ledger: the same operation with another text, or
// about another mail, is another.
func (m *mailroom) operation(id contact.ID, d status.Deed) string {
	if d.Op == "" {
		d.Op = rand.Text()
	}
	text := strings.Join([]string{string(id), d.Act, string(d.Agent), d.Op, d.Text}, "\x00")
	return "mail-" + strings.ToLower(base32.HexEncoding.EncodeToString(m.c.sealer.hash("deed " + text)[:15]))
}

// hand puts a deed in the mailbox of its mail.
func (m *mailroom) hand(id contact.ID, a act) error {
	m.c.mu.RLock()
	defer m.c.mu.RUnlock()
	s := m.c.state
	rec := s.Contacts[id]
	switch {
	case rec == nil && s.Protocol.Seq(string(id)) > 0:
		return status.Refuse(status.NoEffect, "see guichet call show for what became of it", "the contact is over")
	case rec == nil:
		return status.Refuse(status.UnknownMail, "see /api/v1/calls for those that are here", "there is no contact %q", id)
	case rec.Node != contact.Mailroom:
		return status.Refuse(status.UnknownMail, "a call is answered by the phone", "contact %s is neither a mail nor a message", id)
	case m.since.IsZero():
		return m.elsewhere(s)
	}
	v := m.c.lives[id]
	if v == nil {
		return status.Refuse(status.NotHolder, "send it again in a few seconds", "the mail is just being taken up")
	}
	v.box.put(a)
	return nil
}
