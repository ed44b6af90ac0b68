package observer

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Listing is what Asterisk has at one time.
type Listing struct {
	At       int64
	Boot     string // names the process
	Channels []Channel
	Bridges  []Bridge
}

// Channel is one channel as REST describes it.
type Channel struct {
	ID, Name, State string
	// Application and Arguments are those of Stasis; Number is the caller's.
	Application, Arguments, Number string
}

// Bridge is one bridge with its members.
type Bridge struct {
	ID       string
	Channels []string
}

// Caller is a call from outside, as its phone saw it.
type Caller struct {
	Number string
	// Over and ByUs tell how it ended; At when.
	Over, ByUs bool
	At         int64
}

// Phone is an agent's phone.
type Phone struct {
	User string
	Live int // calls that ring or talk there
}

// Listed takes a listing.
func (j *Judge) Listed(l Listing) {
	if j.listing.Boot != "" && l.Boot != j.listing.Boot {
		j.reboots = append(j.reboots, l.At)
	}
	j.listing = l
	for _, c := range l.Channels {
		if c.isCaller() {
			j.numbers[c.ID] = c.Number
		}
	}
}

// Saw takes what the phones say.
func (j *Judge) Saw(callers []Caller, phones []Phone) { j.callers, j.phones = callers, phones }

const (
	legPrefix = "guichet-leg-"
	// ringGrace is how long after the ring time an offer may still be open: the
	// answered leg may take five seconds to be joined, and the owner asks two
	// seconds after the dial should have ended by itself.
	ringGrace = 7_000_000
	// fresh is how old a listing may be to say what is missing.
	fresh = 1_000_000
)

func (c Channel) isLeg() bool { return strings.HasPrefix(c.ID, legPrefix) }

func (c Channel) isCaller() bool {
	args := strings.Split(c.Arguments, ",")
	return !c.isLeg() && c.Application == "Stasis" && len(args) > 2 && args[1] == "entry"
}

// endpoint is the phone a channel leads to: PJSIP/a1001 of PJSIP/a1001-0000002a.
func (c Channel) endpoint() string {
	phone, _, _ := strings.Cut(c.Name, "-")
	return phone
}

// legOf names the channel of an offer's or a transfer's leg.
func legOf(offer string) string {
	id, digest, position := strings.Cut(offer, "/")
	if !position {
		return legPrefix + id // a transfer's own name
	}
	return legPrefix + id + "-" + digest[:min(12, len(digest))]
}

// ledgerAlone finds what the ledger alone shows.
func (j *Judge) ledgerAlone(now int64, held map[string]time.Duration) {
	for _, a := range j.floor.agents {
		o := j.floor.offers[a.offer]
		if j.floor.errands[a.offer] != nil {
			continue
		}
		switch {
		case a.state == "bound" && o == nil:
			held["I3 agent "+a.id+" is bound to no offer"] = 0
		case a.state == "bound" && !o.connected && o.takenAt == 0 && now > max(o.at, o.rungAt)+o.policies.Ring/1000+ringGrace:
			held[fmt.Sprintf("I3 agent %s is past the ring time of offer %s", a.id, o.name)] = j.limits.Overdue
		case (a.state == "wrap_up" || a.state == "aside") && a.until != 0 && now > a.until:
			held[fmt.Sprintf("I3 agent %s is past the deadline of %s", a.id, a.state)] = j.limits.Overdue
		}
	}
	for _, o := range j.floor.offers {
		if o.beside && !o.connected && o.takenAt == 0 && now > max(o.at, o.rungAt)+o.policies.Ring/1000+ringGrace {
			held[fmt.Sprintf("I3 agent %s has offer %s at hand for too long", o.agent, o.name)] = j.limits.Overdue
		}
	}
	for _, p := range j.floor.contacts {
		if !p.inLine(now) {
			continue
		}
		for _, a := range j.floor.agents {
			if a.state == "ready" && a.serves(p) && (!a.beside(p) || j.floor.room(a, p.medium)) {
				held[fmt.Sprintf("I2 contact %s waits though agent %s is free (since %d and %d)", p.id, a.id, p.since, a.since)] = j.limits.Unoffered
			}
		}
	}
}

// ledgerAndAsterisk compares the two.
func (j *Judge) ledgerAndAsterisk(now int64, held map[string]time.Duration) {
	if now-j.listing.At > fresh {
		return
	}
	open, there := map[string]bool{}, map[string]Channel{}
	for _, c := range j.listing.Channels {
		there[c.ID] = c
	}
	legs := map[string]bool{}
	for _, p := range j.floor.contacts {
		if p.transfer != "" {
			legs[legOf(p.transfer)] = true
		}
		for name := range p.parties {
			legs[legOf(name)] = true
		}
		if p.closed || p.medium != "voice" {
			continue
		}
		line := p.channel()
		open[line], legs[line] = true, true
		if _, has := there[line]; !has && (!p.away || p.connected) {
			held[fmt.Sprintf("I2 contact %s is open, and its channel %s is gone", p.id, line)] = j.limits.Unowned
		}
	}
	for name, o := range j.floor.offers {
		legs[legOf(name)] = true
		if _, has := there[legOf(name)]; !has && o.connected {
			held[fmt.Sprintf("I3 agent %s talks in offer %s, whose leg is gone", o.agent, name)] = j.limits.Unowned
		}
	}
	at := map[string][]string{}
	for _, c := range j.listing.Channels {
		switch {
		case c.isCaller() && !open[c.ID]:
			held["I2 caller in channel "+c.ID+" has no contact"] = j.limits.Unowned
		case c.isLeg():
			if !legs[c.ID] {
				held["I3 leg "+c.ID+" is of no live offer"] = j.limits.Unowned
			}
			at[c.endpoint()] = append(at[c.endpoint()], c.ID)
		case c.isEar() && !j.mayHear(c.ID):
			held["I3 a supervisor's channel "+c.ID+" hears a leg, and none is to"] = j.limits.Unowned
		}
	}
	for phone, ids := range at {
		if len(ids) > 1 && !strings.HasSuffix(phone, "/trunk") {
			slices.Sort(ids)
			held[fmt.Sprintf("I4 %s is called twice at a time: %v", phone, ids)] = j.limits.Moment
		}
	}
	j.bridges(there, held)
}

// bridges finds who hears more than he should.
func (j *Judge) bridges(there map[string]Channel, held map[string]time.Duration) {
	in := map[string]string{}
	for _, b := range j.listing.Bridges {
		var legs []string
		for _, id := range b.Channels {
			if there[id].isLeg() && !there[id].isPerson() {
				legs = append(legs, id)
			}
			if other := in[id]; other != "" {
				held[fmt.Sprintf("I4 channel %s is in two bridges", id)] = j.limits.Moment
			}
			in[id] = b.ID
		}
		if len(legs) > 1 && !j.several(b.ID) {
			held[fmt.Sprintf("I4 two agents talk in bridge %s: %v", b.ID, legs)] = j.limits.Moment
		}
	}
}

// several reports whether a bridge is that of a contact who talks with more than one.
func (j *Judge) several(bridge string) bool {
	for _, p := range j.floor.contacts {
		if len(p.parties) > 0 && strings.HasPrefix(bridge, "guichet-bridge-"+p.id) {
			return true
		}
	}
	return false
}

// earPrefix begins the name of a channel by which a supervisor hears a leg; what follows is
// the contact, his party, what he does and the leg, with a ~ between them.
const earPrefix = "guichet-spy-"

func (c Channel) isEar() bool { return strings.HasPrefix(c.ID, earPrefix) }

// mayHear reports whether a supervisor hears just that leg in just that way.
func (j *Judge) mayHear(ear string) bool {
	said := strings.Split(strings.TrimPrefix(ear, earPrefix), "~")
	if len(said) != 4 {
		return false
	}
	for _, p := range j.floor.contacts {
		q := p.parties[said[1]]
		if p.id != said[0] || q == nil || !q.joined {
			continue
		}
		does := map[string]string{"listening": "listens", "whispering": "whispers"}[q.role]
		for _, has := range []string{p.offer, p.transfer} {
			if has != "" && does == said[2] && strings.TrimPrefix(legOf(has), legPrefix) == said[3] {
				return true
			}
		}
	}
	return false
}

// seen judges what the phones saw.
func (j *Judge) seen(held map[string]time.Duration) {
	for _, p := range j.phones {
		if p.Live > 1 {
			held["I4 the phone of "+p.User+" has two calls"] = j.limits.Moment
		}
	}
	for _, c := range j.callers {
		if !c.Over || c.ByUs || j.diedSince(c) {
			continue
		}
		p := j.contactOf(c.Number)
		switch {
		case p == nil:
			continue // cut before it was listed: nobody had accepted it
		case p.promised:
			continue // told that he will be called back, and let go
		case !p.closed:
			held[fmt.Sprintf("I1 the line of caller %s was ended, and contact %s is open", c.Number, p.id)] = j.limits.Unowned
		case p.outcome == "abandoned" || p.outcome == "failed" && !p.givenUp:
			held[fmt.Sprintf("I1 caller %s was cut off; contact %s counts as %s", c.Number, p.id, p.outcome)] = 0
		case p.outcome == "answered" && p.endedBy != "agent":
			held[fmt.Sprintf("I1 caller %s was cut off in contact %s, not by the agent (%q)", c.Number, p.id, p.endedBy)] = j.limits.Unowned
		}
	}
}

// diedSince reports whether the caller's call may be over by the death of
// Asterisk: it ended before a new one was seen.
func (j *Judge) diedSince(c Caller) bool {
	return slices.ContainsFunc(j.reboots, func(at int64) bool { return c.At <= at })
}

// contactOf is the latest contact of a number, the last nine digits of which
// name it in every form.
func (j *Judge) contactOf(number string) *person {
	var latest *person
	for line, n := range j.numbers {
		if ending(n) != ending(number) {
			continue
		}
		for _, p := range j.floor.contacts {
			if p.line == line && (latest == nil || latest.arrivedAt < p.arrivedAt) {
				latest = p
			}
		}
	}
	return latest
}

func ending(number string) string { return number[max(0, len(number)-9):] }
