package fold_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// A test of the test: folds that lack one rule of the protocol each. The very
// trials that the fold of production passes must find every one of them.
//
// The fold itself has no switch for this. Each is the production fold behind a
// wrapper that makes it behave as if the rule were not there: the entry is put
// right before it is judged, or the state is spoilt afterwards.
func TestAFoldThatLacksARuleIsFound(t *testing.T) {
	t.Parallel()
	for _, b := range slices.Concat(brokenFolds, brokenHands, brokenMessages) {
		t.Run(b.rule, func(t *testing.T) {
			t.Parallel()
			trials := rapid.Custom(func(t *rapid.T) *breach { return try(t, b.variant) })
			for n := range maxTrials {
				seed := b.trial + n
				if found := trials.Example(seed); found != nil {
					t.Logf("trial %d: %s", seed, firstLine(found.String()))
					return
				}
			}
			t.Errorf("%d trials did not find it", maxTrials)
		})
	}
}

// The page that says how the fold is proved says how many there are.
func TestTheDocumentCountsTheBrokenFolds(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/ledger.md")
	require.NoError(t, err)
	require.Contains(t, string(page), fmt.Sprintf("| %d folds that lack one rule each:", len(brokenFolds)+len(brokenHands)+len(brokenMessages)))
}

// maxTrials bounds the search for each broken fold; most are found within ten.
const maxTrials = 1000

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line[:min(len(line), 160)]
}

type brokenFold struct {
	rule string // as it should be
	// trial is one that finds it today: the search begins there, so that it is
	// short. After a change of the trials the next ones are tried too.
	trial int
	variant
}

// given is a fold that sees another entry than the log has.
func given(put func(*fold.State, *ledger.Entry)) variant {
	return variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		shown := e
		put(s, &shown)
		a := s.Apply(shown)
		a.Entry = e
		return a
	}}
}

// factOf is a fold that sees other facts of one kind.
func factOf[T fact.Fact](put func(*fold.State, *ledger.Entry, *T)) variant {
	var kind T
	return given(func(s *fold.State, e *ledger.Entry) {
		var f T
		if e.Kind != string(kind.Kind()) || json.Unmarshal(e.Data, &f) != nil {
			return
		}
		put(s, e, &f)
		data, err := ledger.Canonical(f)
		if err != nil {
			panic(err)
		}
		e.Data = data
	})
}

// afterwards is a fold that does something of its own to the state.
func afterwards(spoil func(*fold.State, fold.Applied)) variant {
	return variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		a := s.Apply(e)
		spoil(s, a)
		return a
	}}
}

// ofOffers is a fold that names offers otherwise than by their entry's position.
func ofOffers(name func(*fold.State, fold.Applied) fact.OfferID) variant {
	return afterwards(func(s *fold.State, a fold.Applied) {
		f, is := a.Fact.(fact.Offered)
		if !is || !a.Effective() {
			return
		}
		was, now := fact.OfferID(a.Entry.Self.String()), name(s, a)
		o := s.Floor.Offers[was]
		delete(s.Floor.Offers, was)
		o.ID = now
		s.Floor.Offers[now], s.Offers[now] = o, s.Offers[was]
		delete(s.Offers, was)
		s.Floor.Tickets[f.Contact].Offer, s.Floor.Agents[f.Agent].Offer, s.Contacts[f.Contact].Offer = now, now, now
	})
}

// speaker is who may speak in a role now.
func speaker(s *fold.State, role string) (writer string, epoch ledger.ID) {
	node := ledger.Site
	if owned, is := ledger.OwnedNode(role); is {
		node = owned
	} else if role != ledger.RoleLeader {
		return "", ledger.ID{}
	}
	return s.Protocol.Nodes[node].Holder, s.Protocol.Nodes[node].Epoch
}

func waitForNobody(s *fold.State) {
	for name, n := range s.Protocol.Nodes {
		n.Waiting = false
		s.Protocol.Nodes[name] = n
	}
}

var brokenFolds = []brokenFold{
	{"an entry follows the digest of the one before, not only its id", 1, given(func(s *fold.State, e *ledger.Entry) {
		if e.Prev.ID == s.Protocol.Last.ID {
			e.Prev = s.Protocol.Last
		}
	})},
	{"an entry follows the one folded last", 1, given(func(s *fold.State, e *ledger.Entry) { e.Prev = s.Protocol.Last })},
	{"an entry is of the generation of the one before", 1, given(func(s *fold.State, e *ledger.Entry) {
		if e.Kind != ledger.KindHistory && e.Kind != ledger.KindGenesis {
			e.Gen = s.Protocol.Gen
		}
	})},
	{"an unknown kind stops the fold", 4, variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		a := s.Apply(e)
		if a.Verdict.Reason == ledger.UnknownKind {
			s.Protocol.Last, a.Verdict.Outcome = e.Self, ledger.Void
		}
		return a
	}}},
	{"an unknown format stops the fold", 1, given(func(_ *fold.State, e *ledger.Entry) { e.Format = 1 })},
	{"a kind is written in its own role only", 1, given(func(s *fold.State, e *ledger.Entry) {
		switch role := mayWrite[e.Kind]; {
		case role == "leader" || role == "api":
			e.Role = role
			if e.Op == "" && role == "api" {
				e.Op = e.Self.String()
			}
			_, e.Epoch = speaker(s, e.Role)
		case role == "owner" && !strings.HasPrefix(e.Role, "owner:"):
			e.Role = ledger.Owner("n1")
			_, e.Epoch = speaker(s, e.Role)
		}
	})},
	{"an owner speaks under the epoch of today", 4, given(func(s *fold.State, e *ledger.Entry) {
		if writer, epoch := speaker(s, e.Role); writer == e.Writer && e.Role != ledger.RoleLeader {
			e.Epoch = epoch
		}
	})},
	{"a leader speaks under the epoch of today", 36, given(func(s *fold.State, e *ledger.Entry) {
		if writer, epoch := speaker(s, e.Role); writer == e.Writer && e.Role == ledger.RoleLeader {
			e.Epoch = epoch
		}
	})},
	{"who speaks for a node holds it", 1, given(func(s *fold.State, e *ledger.Entry) {
		if writer, epoch := speaker(s, e.Role); writer != "" && e.Kind != ledger.KindYield {
			e.Writer, e.Epoch = writer, epoch
		}
	})},
	{"a fact that has its seq already is a duplicate", 1, given(func(s *fold.State, e *ledger.Entry) {
		if last := s.Protocol.Seq(e.Subject); e.Seq > 0 && e.Seq <= last {
			e.Seq = last + 1
		}
	})},
	{"a fact beyond the next seq is a hole", 3, given(func(s *fold.State, e *ledger.Entry) {
		if last := s.Protocol.Seq(e.Subject); e.Seq > last+1 {
			e.Seq = last + 1
		}
	})},
	{"a fact uses up its seq even when it is void for its content", 1, variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		tried := rehearse(s, e)
		if !tried.Verdict.Accepted() || tried.Void == "" || e.Seq == 0 {
			return s.Apply(e)
		}
		unused := e
		unused.Seq = 0
		s.Apply(unused)
		return tried
	}}},
	{"a person gets no more links than allowed", 1, factOf(func(_ *fold.State, _ *ledger.Entry, f *fact.LinkClaimed) { f.PerDay = 50 }).leansTo((*trial).arrive, (*trial).speakOfALink, (*trial).speakOfALink)},
	{"a link that was not sent does not count", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if _, is := a.Fact.(fact.LinkReleased); is && a.Effective() {
			to := a.Record.Link.To
			s.Links.Times[to] = append(s.Links.Times[to], a.Record.Link.At)
		}
	}).leansTo((*trial).arrive, (*trial).speakOfALink, (*trial).speakOfALink)},
	{"a slot has so many places", 799, factOf(func(_ *fold.State, _ *ledger.Entry, f *fact.CallbackRequested) {
		if f.Appointment != nil {
			f.Appointment.PerSlot = 50
		}
	}).leansTo((*trial).arrive, (*trial).aboutAContact, (*trial).aboutAContact)},
	{"whoever is asked after the call answers once", 1, factOf(func(s *fold.State, e *ledger.Entry, _ *fact.Rated) {
		if rec := s.Contacts[contact.ID(e.Subject)]; rec != nil {
			rec.RatedAt = 0
		}
	}).leansTo((*trial).serve, (*trial).serve, (*trial).aboutAnOffer, (*trial).speakOfAConversation)},
	{"an agent notes whom he answered last", 1, given(func(s *fold.State, e *ledger.Entry) {
		if e.Kind != string(fact.KindTreated) {
			return
		}
		var f fact.Treated
		if json.Unmarshal(e.Data, &f) == nil && s.Served[f.Agent] != nil {
			e.Subject = string(s.Served[f.Agent].Contact)
		}
	}).leansTo((*trial).serve, (*trial).anyNote)},
	{"who is handed a call talks from then on", 988, afterwards(func(s *fold.State, a fold.Applied) {
		if f, is := a.Fact.(fact.HandedOver); is && a.Effective() && s.Offers[f.Party] != nil {
			s.Offers[f.Party].ConnectedAt = a.Record.AnsweredAt
		}
	}).leansTo((*trial).serve, (*trial).serve, (*trial).speakOfAConversation, (*trial).speakOfAConversation)},
	{"an operation has its effect once", 1, given(func(_ *fold.State, e *ledger.Entry) {
		if e.Op != "" {
			e.Op = e.Self.String()
		}
	})},
	{"a repeated operation gets the first answer", 4, variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		a := s.Apply(e)
		a.Verdict.Answer.Void = ""
		return a
	}}},
	{"a take names the holder", 199, given(func(s *fold.State, e *ledger.Entry) {
		takeExpects(e, func(t *ledger.Take) {
			if holder := s.Protocol.Nodes[e.Subject].Holder; t.Holder != holder {
				t.Holder, t.Beat = holder, s.Protocol.Controllers[holder].Beat
			}
		})
	})},
	{"a take names the holder's last beat", 242, given(func(s *fold.State, e *ledger.Entry) {
		takeExpects(e, func(t *ledger.Take) { t.Beat = s.Protocol.Controllers[t.Holder].Beat })
	})},
	{"after a history nothing is offered before the owners have caught up", 1, factOf(func(s *fold.State, _ *ledger.Entry, _ *fact.Offered) { waitForNobody(s) })},
	{"a history makes every held node wait", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if a.Entry.Kind == ledger.KindHistory || a.Entry.Kind == ledger.KindGenesis {
			waitForNobody(s)
		}
	})},
	{"that a node waits is state, not memory", 1, variant{apply: (*fold.State).Apply, restore: waitForNobody}},
	{"an offer names the contact's version", 260, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Offered) {
		if t := s.Floor.Tickets[f.Contact]; t != nil {
			f.ContactVersion, f.Queue = t.Version, t.Queue
		}
	})},
	{"an offer names the agent's version", 71, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Offered) {
		if a := s.Floor.Agents[f.Agent]; a != nil {
			f.AgentVersion = a.Version
		}
	})},
	{"an offer names the queue's version", 336, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Offered) {
		f.QueueVersion = s.Floor.QueueVersions[f.Queue]
	})},
	{"a requeueing raises the queue's version", 3, variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		before := map[contact.Queue]uint64{}
		for q, v := range s.Floor.QueueVersions {
			before[q] = v
		}
		a := s.Apply(e)
		if _, queued := a.Fact.(fact.Queued); !queued {
			s.Floor.QueueVersions = before
		}
		return a
	}}},
	{"nobody is offered before the first of his circle", 134, factOf(func(s *fold.State, e *ledger.Entry, f *fact.Offered) {
		for _, t := range s.Floor.Tickets {
			if t.Contact != f.Contact && t.NotBefore == 0 {
				t.NotBefore = math.MaxInt64 // for this one entry
			}
		}
	}).then(func(s *fold.State, _ fold.Applied) {
		for _, t := range s.Floor.Tickets {
			if t.NotBefore == math.MaxInt64 {
				t.NotBefore = 0
			}
		}
	})},
	{"a circle names the contact's version", 3, factOf(func(s *fold.State, e *ledger.Entry, f *fact.Circle) {
		if t := s.Floor.Tickets[contact.ID(e.Subject)]; t != nil {
			f.ContactVersion = t.Version
		}
	})},
	{"an end of a wait names the contact's version", 162, factOf(func(s *fold.State, e *ledger.Entry, f *fact.GivenUp) {
		if t := s.Floor.Tickets[contact.ID(e.Subject)]; t != nil {
			f.ContactVersion = t.Version
		}
	})},
	{"a deadline names the agent's version", 588, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Expired) {
		if a := s.Floor.Agents[f.Agent]; a != nil {
			f.Version = a.Version
		}
	})},
	{"what is in Asterisk now is believed although its offer was lost: a ring", 6, factOf(func(_ *fold.State, _ *ledger.Entry, f *fact.Ringing) { f.Bond = fact.Bond{} })},
	{"what is in Asterisk now is believed although its offer was lost: a bridge", 94, factOf(func(_ *fold.State, _ *ledger.Entry, f *fact.Connected) { f.Bond = fact.Bond{} })},
	{"an observation does not end another conversation", 1029, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Connected) {
		if a := s.Floor.Agents[f.Agent]; a != nil && s.Floor.Offers[a.Offer] != nil && a.Offer != f.Offer {
			s.Floor.Offers[a.Offer].Connected = false
		}
	})},
	{"who is called into a conversation is believed elsewhere", 169, callsTheLost(factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Ringing) {
		if a := s.Floor.Agents[f.Agent]; a != nil && s.Floor.Errands[a.Offer] != nil {
			f.Bond = fact.Bond{}
		}
	}))},
	{"who has answered in a conversation is believed nowhere else", 77, callsTheLost(factOf(func(s *fold.State, _ *ledger.Entry, f *fact.Connected) {
		if a := s.Floor.Agents[f.Agent]; a != nil && s.Floor.Errands[a.Offer] != nil {
			a.State = acd.Reserved
		}
	}))},
	{"whose call gave way is in that conversation no more", 169, callsTheLost(afterwards(func(s *fold.State, a fold.Applied) {
		if a.Uncalled != nil && s.Contacts[a.Uncalled.Contact] != nil {
			rec := s.Contacts[a.Uncalled.Contact]
			rec.Parties = append(slices.Clone(rec.Parties), engine.Party{ID: a.Uncalled.ID, Role: fact.Member, Agent: a.Uncalled.Agent})
		}
	}))},
	{"an offer is named by its entry's id and digest, not by the id alone", 3, ofOffers(func(_ *fold.State, a fold.Applied) fact.OfferID {
		return fact.OfferID(a.Entry.Self.ID.String())
	})},
	{"an offer is named by its entry, never by a count", 3, ofOffers(func(s *fold.State, a fold.Applied) fact.OfferID {
		return fact.OfferID(fmt.Sprintf("%s/%d", a.Contact, s.Floor.Tickets[a.Contact].Version))
	})},
	{"a leg that has ended moves nobody who is not bound to it", 282, factOf(func(s *fold.State, e *ledger.Entry, f *fact.LegEnded) {
		if rec := s.Contacts[contact.ID(e.Subject)]; rec != nil && rec.Offer != "" {
			f.Offer = rec.Offer
		}
	})},
	{"an offer is not taken back after the ring", 6, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.OfferVoid) {
		if o := s.Floor.Offers[f.Offer]; o != nil {
			o.RungAt = 0
		}
	})},
	{"closed does not free the agent", 39, afterwards(func(s *fold.State, a fold.Applied) {
		if _, closed := a.Fact.(fact.Closed); !closed || !a.Effective() || a.Record.Offer == "" {
			return
		}
		s.Floor.EndLeg(a.Entry.At, a.Record.Offer)
		delete(s.Offers, a.Record.Offer)
		a.Record.WithoutOffer(a.Record.Offer)
	})},
	{"a failed offer gives the contact its rank back", 3, factOf(func(s *fold.State, e *ledger.Entry, f *fact.OfferFailed) {
		if o := s.Floor.Offers[f.Offer]; o != nil && s.Floor.Tickets[o.Contact] != nil {
			s.Floor.Tickets[o.Contact].Rank = e.At
		}
	})},
	{"an outcome is fixed once", 24, given(func(s *fold.State, e *ledger.Entry) {
		if rec := s.Contacts[contact.ID(e.Subject)]; rec != nil && e.Kind == string(fact.KindClosed) {
			rec.ClosedAt, rec.Outcome = 0, contact.StillHere
		}
	})},
	{"whoever waits has a deadline", 6, afterwards(func(s *fold.State, a fold.Applied) {
		for _, agent := range s.Floor.Agents {
			if agent.State == acd.WrapUp {
				agent.Until = 0
			}
		}
	})},
	{"a void fact has no effect", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if f, offered := a.Fact.(fact.Offered); offered && a.Void != "" && s.Floor.Agents[f.Agent] != nil {
			s.Floor.Agents[f.Agent].Version++
		}
	})},
	{"nobody is seated beside another", 1, variant{apply: func(s *fold.State, e ledger.Entry) fold.Applied {
		var f fact.AgentSeated
		if e.Kind == string(fact.KindSeated) && json.Unmarshal(e.Data, &f) == nil {
			if other := s.Floor.At(f.Phone); other != nil && other.ID != f.Card.Agent {
				phone := other.Phone
				other.Phone = "nowhere"
				defer func() { other.Phone = phone }()
			}
		}
		return s.Apply(e)
	}}},
	{"who is seated elsewhere stays there", 1, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.AgentSeated) {
		if a := s.Floor.Agents[f.Card.Agent]; a != nil && a.State != acd.LoggedOut && a.Phone != f.Phone {
			a.Home, a.Phone = f.Card.Phone, f.Phone
		}
	})},
	{"who cannot be rung is not ready", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if f, is := a.Fact.(fact.AgentPhone); is && a.Effective() && f.Trouble != "" {
			agent := s.Floor.Agents[f.Agent]
			agent.Trouble = ""
			s.Floor.Resume(a.Entry.At, f.Agent)
			agent.Trouble = f.Trouble
		}
	})},
	{"a wrap-up is ended by a word about that one", 637, factOf(func(s *fold.State, _ *ledger.Entry, f *fact.AgentWrapUp) {
		if a := s.Floor.Agents[f.Agent]; a != nil {
			f.Since = a.Since
		}
	}).leansTo((*trial).speakOfAWrapUp)},
	{"a void fact is counted", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if a.Void != "" {
			s.Protocol.Voids[a.Entry.Kind]--
		}
	})},
	{"a void fact is the last entry", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if a.Void != "" {
			s.Protocol.Last = a.Entry.Prev
		}
	})},
	{"an entry that stops the fold changes nothing", 1, afterwards(func(s *fold.State, a fold.Applied) {
		if a.Verdict.Stops() {
			s.Tally.Offered["2014"]++
		}
	})},
	{"a generation names its primary and does not only count", 68, variant{apply: (*fold.State).Apply, onlyCounts: true}.leansTo(
		(*trial).failOver, (*trial).serve, (*trial).decide, (*trial).readSome, (*trial).writeHeld)},
	{"the fold reads no live value", 1, readsItsOwn()},
	{"all that matters is in the snapshot", 1, variant{apply: (*fold.State).Apply, restore: func(s *fold.State) {
		for _, t := range s.Floor.Tickets {
			t.CircleSince = 0
		}
	}}},
}

// then does something to the state after a fold of this kind.
func (v variant) then(mend func(*fold.State, fold.Applied)) variant {
	apply := v.apply
	v.apply = func(s *fold.State, e ledger.Entry) fold.Applied {
		a := apply(s, e)
		mend(s, a)
		return a
	}
	return v
}

// readsItsOwn is a fold that takes the time of arrivals from a clock of its own.
func readsItsOwn() variant {
	ticks := int64(0)
	return afterwards(func(s *fold.State, a fold.Applied) {
		ticks++
		if _, arrived := a.Fact.(fact.Arrived); arrived && a.Effective() {
			s.Contacts[a.Contact].ArrivedAt = ticks
		}
	})
}

func takeExpects(e *ledger.Entry, put func(*ledger.Take)) {
	var take ledger.Take
	if e.Kind != ledger.KindTake || json.Unmarshal(e.Data, &take) != nil {
		return
	}
	put(&take)
	data, err := ledger.Canonical(take)
	if err != nil {
		panic(err)
	}
	e.Data = data
}

// rehearse says what would become of an entry, on a copy.
func rehearse(s *fold.State, e ledger.Entry) fold.Applied {
	snap, err := s.Snapshot()
	if err != nil {
		panic(err)
	}
	copied, err := fold.Restore(snap)
	if err != nil {
		panic(err)
	}
	return copied.Apply(e)
}
