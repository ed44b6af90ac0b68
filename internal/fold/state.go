// Package fold is the state of a site: what remains when every accepted fact of
// the ledger has been applied in order. It joins the protocol (ledger), the
// floor (acd), the contacts (engine) and the counters, and it is the only place
// where a fact takes effect.
//
// It is total and pure: no configuration, no clock, no live value, and any
// entry gets a verdict. Two controllers that folded the same entries hold the
// same bytes. Read State, Apply and Tally first.
package fold

import (
	"fmt"
	"runtime/debug"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/forecast"
	"github.com/guichet/guichet/internal/ledger"
)

// State is the fold of a site's ledger. Call New; it is not safe for
// concurrent use.
type State struct {
	Protocol *ledger.Fold                  `json:"protocol"`
	Floor    *acd.Floor                    `json:"floor"`
	Contacts map[contact.ID]*engine.Record `json:"contacts"`
	Offers   map[fact.OfferID]*OfferStory  `json:"offers"`
	Tally    *Tally                        `json:"tally"`
	// Departed are the places left lately, by number and topic.
	Departed map[Labels]*Departure `json:"departed,omitempty"`
	// Called is who called lately, by number.
	Called Called `json:"called,omitzero"`
	// Outside is how often agents had numbers called lately, by agent and in all.
	Outside Called `json:"outside,omitzero"`
	// Requests is who asked lately to be called back, by number.
	Requests Called `json:"requests,omitzero"`
	// Links is who was sent a link lately, by number or address.
	Links Called `json:"links,omitzero"`
	// Presented are the centers that could serve a contact without an outcome.
	Presented map[contact.ID][]contact.Center `json:"presented,omitempty"`
	Config    string                          `json:"config,omitempty"`
	// Lines are what is known of the waits of each queue, and Forecasts what was said of
	// those who wait, to be judged by what comes of it.
	Lines     map[contact.Queue]*forecast.Line `json:"lines,omitempty"`
	Forecasts map[contact.ID]forecast.Made     `json:"forecasts,omitempty"`
	// Announcements are what is announced, by the subject of the place.
	Announcements map[string]Announcement `json:"announcements,omitempty"`
	// Messages are those whose recordings are kept; Mailboxes count them all.
	Messages  map[fact.MessageID]*Message `json:"messages,omitempty"`
	Mailboxes map[string]*Mailbox         `json:"mailboxes,omitempty"`
	// Recordings are those of conversations whose files are kept.
	Recordings map[fact.RecordingID]*Recording `json:"recordings,omitempty"`
	// Served is the contact that each agent answered last, History those of people.
	Served  map[contact.Agent]*Served `json:"served,omitempty"`
	History History                   `json:"history,omitzero"`
	Versions

	shelf *shelf
}

// OfferStory is what the counters need of a live offer.
type OfferStory struct {
	Contact contact.ID `json:"contact"`
	// PossibleSince is 0 of an offer that the ledger had lost: its latency is
	// not known.
	PossibleSince int64 `json:"possible_since"`
	LegEndedAt    int64 `json:"leg_ended_at,omitempty"`
	// ConnectedAt is when the agent began to talk with the contact.
	ConnectedAt int64 `json:"connected_at,omitempty"`
}

// New returns the state before the first fact.
func New() *State {
	s := &State{
		Protocol: &ledger.Fold{},
		Floor:    acd.New(),
		Contacts: map[contact.ID]*engine.Record{},
		Offers:   map[fact.OfferID]*OfferStory{},
		Tally:    newTally(),
		Departed: map[Labels]*Departure{},

		Presented: map[contact.ID][]contact.Center{},
		shelf:     newShelf(),
	}
	s.Protocol.Know(kinds)
	s.Floor.Estimate = s.stillToWait
	return s
}

// Applied is what became of one entry.
type Applied struct {
	Entry   ledger.Entry
	Verdict ledger.Verdict
	// Fact is the decoded fact of an entry that the protocol accepted; nil for
	// the protocol's own kinds.
	Fact fact.Fact
	// Void is why the content had no effect; empty if it had.
	Void string
	// Panic is what applying the content panicked with, and where; it is for
	// people, and no part of the state.
	Panic string
	// Contact is the contact the fact is about, if any, and Record its record
	// afterwards: the last one, when the contact is over.
	Contact contact.ID
	Record  *engine.Record
	// Displaced are the offers that gave way to an observation, by contact:
	// their owners need not go on with them.
	Displaced map[contact.ID]fact.OfferID
	// Uncalled is whose call into a conversation gave way to one, nil if nobody's
	// did: the party is in that conversation no more.
	Uncalled *acd.Errand
}

// Effective reports whether the entry changed the state of the domain.
func (a Applied) Effective() bool { return a.Verdict.Accepted() && a.Fact != nil && a.Void == "" }

// Apply folds one entry: the protocol first, then the content. An entry that
// stops the fold changes nothing; a void one is counted and has no effect.
func (s *State) Apply(e ledger.Entry) Applied {
	a := Applied{Entry: e, Verdict: s.Protocol.Accept(e)}
	if !a.Verdict.Accepted() || ledger.IsProtocol(e.Kind) {
		return a
	}
	f, err := fact.Decode(e.Kind, e.Data)
	if err != nil {
		a.Void = err.Error()
	} else {
		a.Fact = f
		a.Void = s.guarded(&a)
	}
	s.Protocol.Settle(e, a.Void)
	return a
}

// guarded applies the content; a fact that makes the domain panic is void, the same
// way at every controller: what the panic says may differ between two builds, and
// is kept out of the state.
func (s *State) guarded(a *Applied) (void string) {
	defer func() {
		if p := recover(); p != nil {
			void, a.Panic = "panic", fmt.Sprintf("%v\n%s", p, debug.Stack())
			s.Salvage()
		}
	}()
	return s.content(a)
}

// Salvage makes everything anew that is derived and not in a snapshot: a panic may
// have left it half changed, and who starts from a snapshot has it whole. Whoever makes
// even that panic is in no line, and all others are.
func (s *State) Salvage() {
	if s.reindex() != nil {
		s.Floor.Salvage()
	}
}

// reindex makes it anew, or not at all.
func (s *State) reindex() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	s.reshelve()
	s.Floor.Estimate = s.stillToWait
	s.Floor.Reindex()
	return nil
}

func (s *State) content(a *Applied) string {
	at := a.Entry.At
	switch f := a.Fact.(type) {
	case fact.LoggedIn:
		return string(s.Floor.Login(at, f))
	case fact.AgentChanged:
		return string(s.Floor.Change(at, f))
	case fact.LoggedOut:
		return s.agentChange(f.Agent, at, func() acd.Void { return s.Floor.Logout(at, f.Agent) })
	case fact.Paused:
		return string(s.Floor.Pause(at, f))
	case fact.Resumed:
		return s.agentChange(f.Agent, at, func() acd.Void {
			if f.Hands {
				return s.Floor.ResumeHands(at, f.Agent)
			}
			return s.Floor.Resume(at, f.Agent)
		})
	case fact.Reachable:
		return string(s.Floor.Reachable(at, f))
	case fact.AgentSeated:
		return string(s.Floor.Seat(at, f))
	case fact.AgentWrapUp:
		return s.agentChange(f.Agent, at, func() acd.Void { return s.Floor.WrappedUp(at, f) })
	case fact.AgentPhone:
		return string(s.Floor.SeePhone(at, f))
	case fact.Expired:
		return s.agentChange(f.Agent, at, func() acd.Void { return s.Floor.Expire(at, f) })
	case fact.AgentRenewed:
		return string(s.Floor.Renew(at, f))
	case fact.ConfigProposed:
		return s.propose(a.Entry, f)
	case fact.ConfigActivated:
		return s.activate(a.Entry, f)
	case fact.ConfigRefused:
		return s.refuse(f)
	case fact.Announced:
		return s.announce(a.Entry, f)
	case fact.AnnouncementCleared:
		return s.clearAnnouncement(a.Entry, f)
	case fact.Treated:
		a.Contact = contact.ID(a.Entry.Subject)
		return s.treated(a.Entry, f)
	case fact.MessageDone:
		return s.done(a, f)
	case fact.MessageDeleted:
		return s.deleted(a.Entry, f)
	case fact.RecordingDeleted:
		return s.untaped(a.Entry, f)
	}
	return s.contactFact(a)
}

// agentChange counts a wrap-up that the change ends.
func (s *State) agentChange(id contact.Agent, at int64, change func() acd.Void) string {
	a := s.Floor.Agents[id]
	wrapUp := a != nil && a.State == acd.WrapUp
	since := int64(0)
	if wrapUp {
		since = a.Since
	}
	void := change()
	if void == acd.Accepted && wrapUp && a.State != acd.WrapUp {
		s.Tally.WrapUp.observe(at - since)
	}
	return string(void)
}

// contactFact applies a fact about one contact to the floor, the record and the
// counters.
func (s *State) contactFact(a *Applied) string {
	a.Contact = contact.ID(a.Entry.Subject)
	rec := s.Contacts[a.Contact]
	if f, ok := a.Fact.(fact.Arrived); ok {
		return s.arrived(a, rec, f)
	}
	if rec == nil {
		return "contact is unknown or over"
	}
	a.Record = rec
	place := s.Floor.Tickets[rec.ID]
	offer := fact.OfferID(a.Entry.Self.String())
	if void := s.onFloor(a, rec, offer); void != "" {
		return void
	}
	tape := rec.Tape
	s.apply(a, rec, offer)
	s.taped(a.Entry.At, rec, tape, a.Fact)
	s.followLine(a, rec, place)
	s.countFact(a, rec)
	decided := fact.DecisionsOf(a.Fact)
	s.unrecorded(decided)
	s.Tally.conditions(rec, decided)
	switch f := a.Fact.(type) {
	case fact.Queued:
		s.present(rec)
		s.keptBy(rec, f)
	case fact.Circle:
		s.present(rec)
	case fact.MessageLeft:
		s.left(a.Entry.At, rec, f)
	case fact.Connected:
		if !s.besideACall(rec) {
			s.serve(rec.Agent, rec)
		}
		s.heard(a.Entry.At, rec)
	}
	s.letGo(rec)
	return ""
}

// apply folds a fact into the record, and counts the outcome that it fixes.
func (s *State) apply(a *Applied, rec *engine.Record, offer fact.OfferID) {
	was := rec.Outcome
	rec.Apply(a.Entry.At, offer, a.Fact)
	if was != contact.StillHere || rec.Outcome == contact.StillHere {
		return
	}
	s.Tally.outcome(a.Entry.At, rec, s.Presented[rec.ID])
	s.Tally.cancelled(rec, a.Fact)
	delete(s.Presented, rec.ID)
	s.departed(a.Entry.At, rec)
	s.History.add(a.Entry.At, rec)
}

func (s *State) arrived(a *Applied, rec *engine.Record, f fact.Arrived) string {
	if rec != nil {
		return "contact is known already"
	}
	if void := s.mayBeBorn(a.Contact, f); void != "" {
		return void
	}
	if void := s.callsBack(a.Entry.At, a.Contact, f); void != "" {
		return void
	}
	rec = &engine.Record{ID: a.Contact}
	rec.Apply(a.Entry.At, "", f)
	s.Contacts[a.Contact] = rec
	if s.born(rec); rec.Voicemail == nil && f.CallsBack == nil {
		s.Called.add(a.Entry.At, rec.CallerHash)
	}
	a.Record = rec
	s.Tally.Offered.add(1, string(f.Entry), string(f.Medium))
	return ""
}

// onFloor lets the floor judge what concerns queues and agents.
func (s *State) onFloor(a *Applied, rec *engine.Record, offer fact.OfferID) string {
	at := a.Entry.At
	switch f := a.Fact.(type) {
	case fact.Waiting:
		if rec.ClosedAt != 0 || rec.Met() || rec.Transfer != nil || rec.Away() {
			return "contact is past its menu"
		}
	case fact.MessageLeft:
		return s.mayLeave(rec, f)
	case fact.Queued:
		if rec.ClosedAt != 0 || rec.Met() || rec.Transfer != nil {
			return "contact is past queueing"
		}
		if why := queuesCallback(rec, f); why != "" {
			return why
		}
		return string(s.Floor.Enqueue(at, rec.ID, rec.Medium, f))
	case fact.Foretold, fact.SteppedOut:
		return s.waitFact(a, rec, f)
	case fact.Circle:
		return string(s.Floor.SetCircle(at, rec.ID, f))
	case fact.GivenUp:
		return string(s.Floor.GiveUp(rec.ID, f))
	case fact.Offered:
		if f.Contact != rec.ID {
			return "offer of another contact"
		}
		if waiting := s.Protocol.WaitingFor(); len(waiting) > 0 {
			return fmt.Sprintf("node %s has not caught up", waiting[0])
		}
		return string(s.Floor.Offer(at, offer, f))
	case fact.OfferVoid:
		return s.ofOffer(rec, f.Offer, func() acd.Void { return s.Floor.VoidOffer(at, f.Offer) })
	case fact.Ringing:
		return s.observed(a, rec, f.Offer, f.Bond, func() acd.Void { return s.Floor.Rings(at, f.Offer) })
	case fact.Taken:
		return s.ofOffer(rec, f.Offer, func() acd.Void { return s.Floor.Take(at, f.Offer) })
	case fact.OfferFailed:
		return s.ofOffer(rec, f.Offer, func() acd.Void { return s.Floor.FailOffer(at, f) })
	case fact.Connected:
		if rec.ClosedAt != 0 {
			return "contact is closed"
		}
		return s.observed(a, rec, f.Offer, f.Bond, func() acd.Void { return s.Floor.Connect(at, f.Offer) })
	case fact.LegEnded:
		return s.legEnded(a, rec, f)
	case fact.Closed:
		return s.close(rec, f)
	case fact.CallbackRequested, fact.CallbackWithdrawn, fact.CallingBack, fact.CallbackFailed:
		return s.callbackFact(at, rec, f)
	case fact.Rated:
		return ratedFact(rec, f)
	case fact.LinkClaimed, fact.LinkReleased:
		return s.linkFact(at, rec, f)
	case fact.RecordingBegun, fact.RecordingPaused, fact.RecordingResumed, fact.RecordingEnded:
		return s.recordingFact(rec, f)
	case fact.Transferring, fact.TransferFailed, fact.Transferred, fact.TransferEnded:
		return s.transferFact(rec, f)
	default:
		return s.conversationFact(a, rec)
	}
	return ""
}

// ofOffer refuses what does not concern the live offer of the contact.
func (s *State) ofOffer(rec *engine.Record, o fact.OfferID, judge func() acd.Void) string {
	if rec.Offer != o {
		return "not the live offer of the contact"
	}
	return string(judge())
}

// observed takes an owner's word for what is in Asterisk now, even if the
// ledger has lost the offer it is about: a failover may lose the last second.
func (s *State) observed(a *Applied, rec *engine.Record, o fact.OfferID, b fact.Bond, judge func() acd.Void) string {
	lost := rec.Offer != o && b.Agent != "" && rec.ClosedAt == 0 && !rec.Connected()
	if !lost {
		return s.ofOffer(rec, o, judge)
	}
	gone, called, void := s.Floor.Restore(a.Entry.At, o, rec.ID, b)
	if void != acd.Accepted {
		return string(void)
	}
	for _, other := range gone {
		s.displaced(a, other)
	}
	if called != nil {
		s.uncalled(a, called)
	}
	s.Offers[o] = &OfferStory{Contact: rec.ID}
	return string(judge())
}

// displaced forgets an offer that gave way to an observation.
func (s *State) displaced(a *Applied, o *acd.Offer) {
	delete(s.Offers, o.ID)
	s.Tally.Offers.add(1, "void")
	if a.Displaced == nil {
		a.Displaced = map[contact.ID]fact.OfferID{}
	}
	a.Displaced[o.Contact] = o.ID
	if rec := s.Contacts[o.Contact]; rec != nil {
		rec.WithoutOffer(o.ID)
		s.letGo(rec)
	}
}

// uncalled forgets a party whose agent is seen elsewhere.
func (s *State) uncalled(a *Applied, called *acd.Errand) {
	a.Uncalled = called
	if rec := s.Contacts[called.Contact]; rec != nil {
		rec.Uncalled(called.ID)
		s.letGo(rec)
	}
}

// letGo forgets a contact that is over.
func (s *State) letGo(rec *engine.Record) {
	if rec.Over() {
		delete(s.Contacts, rec.ID)
		s.Floor.Forget(rec.ID)
		s.Protocol.Release(string(rec.ID))
	}
}

func (s *State) close(rec *engine.Record, f fact.Closed) string {
	switch {
	case rec.ClosedAt != 0:
		return "closed already"
	case !f.Outcome.Valid():
		return fmt.Sprintf("outcome %q is not of the list", f.Outcome)
	case f.Cancelled != nil && (f.Outcome != contact.Failed || f.Cancelled.By == "" || f.Cancelled.Reason == ""):
		return "a call back that nobody cancelled, or for no reason"
	}
	s.Floor.Leave(rec.ID)
	return ""
}
