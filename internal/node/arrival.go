package node

import (
	"context"
	"crypto/sha1"
	"encoding/base32"
	"fmt"
	"strconv"
	"strings"
	"time"

	v5 "github.com/CyCoreSystems/ari/v5"

	"github.com/guichet/guichet/ari"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/channel/voice"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
)

// sink puts what nobody listens to in the link's mailbox. A new caller's
// events are routed to a mailbox of its own from here on, on the goroutine
// that reads the socket: none can overtake another.
func (l *link) sink(box *mailbox) ari.Sink {
	return func(e ari.Event) {
		v, is := e.Value.(*v5.StasisStart)
		if !is || e.Channel() == "" || voice.IsLeg(e.Channel()) || len(v.Args) == 0 || v.Args[0] != "entry" {
			box.put(e)
			return
		}
		if own := newMailbox(); l.claim(e.Channel(), own) {
			box.put(newCall{event: e, start: v, box: own})
		}
	}
}

// newCall is a caller who has just entered, with the mailbox of its session.
type newCall struct {
	event ari.Event
	start *v5.StasisStart
	box   *mailbox
}

// arrive begins the session of a new caller.
func (l *link) arrive(m newCall) {
	ch := &m.start.Channel
	args := append(m.start.Args, "", "", "")
	s, err := l.open(newcomer{
		channel: ari.ChannelID(ch.ID), created: createdAt(ch), number: numberOf(ch),
		dialled: args[1], first: args[2], withheld: withheld(args[3]), born: m.event.Session, box: m.box,
	})
	if err != nil {
		l.refuse(ari.ChannelID(ch.ID), m.box, "unknown_entry", err)
		return
	}
	l.c.welcome(s)
}

// createdAt is when Asterisk made the channel, to the millisecond.
func createdAt(ch *v5.ChannelData) time.Time {
	if ch.Creationtime == nil {
		return time.UnixMilli(0)
	}
	return time.Unix(ch.Creationtime.Seconds, int64(ch.Creationtime.Nanos))
}

// numberOf is the caller's number, if Asterisk says one.
func numberOf(ch *v5.ChannelData) string {
	if ch.Caller == nil {
		return ""
	}
	return ch.Caller.Number
}

// newcomer is a caller's channel that has no contact yet.
type newcomer struct {
	channel ari.ChannelID
	created time.Time
	number  string
	dialled string
	first   string // ms of a first arrival, from a dialplan that found nobody
	// withheld: the number is not to be shown outside.
	withheld bool
	born     uint64
	box      *mailbox
}

// withheld reads the presentation of the caller's number, as the dialplan passes
// it: prohib_not_screened and the like.
func withheld(presentation string) bool { return strings.HasPrefix(presentation, "prohib") }

// open makes the session of a newcomer, with its first event in the mailbox's
// place: before everything that is in it.
func (l *link) open(n newcomer) (*session, error) {
	now := l.c.clock.now()
	site := l.c.Site().At(time.UnixMicro(now))
	entry, ok := site.Entry(n.dialled)
	if !ok {
		return nil, fmt.Errorf("%q is not an entry of the site", bounded(n.dialled))
	}
	number := cleanNumber(n.number)
	id := contactID(l.name, n.channel, n.created)
	s := l.newSession(id, site, entry, voice.Call{Channel: n.channel, Born: bornAt(id), Number: number, Withheld: n.withheld}, n.box, "")
	s.born = n.born
	sealed, hash := l.c.sealer.seal(number)
	if n.withheld {
		hash = "" // who withholds the number is not recognised by it
	}
	s.first = &engine.Arrived{ID: id, Fact: fact.Arrived{
		Medium: contact.Voice, Entry: entry.Name, Node: l.name, Line: string(n.channel),
		Caller: sealed, CallerHash: hash, Withheld: n.withheld, Config: site.Hash, Rank: firstArrival(n.first, now),
	}}
	return s, nil
}

// newSession makes the session of a contact that goes by this version of the site.
func (l *link) newSession(id contact.ID, site *config.Site, entry config.Entry, call voice.Call, box *mailbox, live fact.OfferID) *session {
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{
		life: life{c: l.c, node: l.name, id: id, box: box, rules: l.c.rules(site, entry)}, link: l, channel: call.Channel,
		lanes: map[voice.Lane]*lane{}, asking: asking{backends: site.Backends}, ctx: ctx, cancel: cancel,
	}
	s.rules.Caller = call.Number
	if number, ok := contact.ParseNumber(call.Number); ok {
		s.rules.Caller = string(number)
	}
	call.Keyed = len(s.rules.KeyCodes) > 0
	call.Contact, call.Salt, call.Trunk = id, strconv.FormatInt(l.c.clock.now()%1e9, 36), voice.Trunk(l.conf.Trunk)
	// Of the active version: the contact's own may be from before there was
	// anybody outside.
	call.Confirmation = func() []string { return l.c.Site().PromptMedia(config.ConfirmationPrompt, "") }
	s.line = voice.New(call, func(prompt, language string) []string { return site.PromptMedia(ivr.Prompt(prompt), language) }, live)
	return s
}

// fresh is how recent an arrival is taken for the present one. The dialplan
// retries every two seconds: what is older has been here before.
const fresh = 1500 * time.Millisecond

// firstArrival is the rank: the time that the dialplan passes, in ms, when the
// caller had arrived before and found nobody. A first arrival is taken from our
// own clock, so that two Asterisks whose clocks differ give no advantage.
func firstArrival(ms string, now int64) int64 {
	first, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || first <= 0 {
		return now
	}
	first *= 1000
	if age := time.Duration(now-first) * time.Microsecond; age < fresh || age > 24*time.Hour {
		return now
	}
	return first
}

// contactID derives a contact's id from its channel, so that whoever finds the
// channel gives it the same id. It sorts by time.
func contactID(node contact.Node, channel ari.ChannelID, created time.Time) contact.ID {
	sum := sha1.Sum([]byte(string(node) + "\x00" + string(channel)))
	tail := strings.ToLower(base32.HexEncoding.EncodeToString(sum[:5]))
	return contact.ID(strconv.FormatInt(created.UnixMilli(), 36) + "-" + tail)
}

// bornAt is the time of the channel that is in a contact's id, zero if Asterisk
// told none.
func bornAt(id contact.ID) time.Time {
	head, _, _ := strings.Cut(string(id), "-")
	ms, err := strconv.ParseInt(head, 36, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// cleanNumber keeps what can be a telephone number.
func cleanNumber(number string) string {
	if len(number) > 32 {
		return ""
	}
	for i, r := range number {
		if (r < '0' || r > '9') && (r != '+' || i > 0) {
			return ""
		}
	}
	return number
}

func bounded(text string) string {
	if len(text) > 40 {
		return text[:40] + "…"
	}
	return text
}
