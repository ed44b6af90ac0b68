package fold_test

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

// Any facts, however senseless, in any order: each has a verdict and no
// panic, a void one leaves no trace, and nobody is lost from the books.
func TestTheFoldIsTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newChain(t)
		for range rapid.IntRange(1, 60).Draw(t, "facts") {
			before := domain(t, c.state)
			void := say(t, c)
			require.False(t, strings.HasPrefix(void, "panic"), void)
			if void != "" {
				require.Equal(t, before, domain(t, c.state), "void (%s), and yet something changed", void)
			}
			conserved(t, c.state)
			c.state.Floor.Propose(anyTime.Draw(t, "now"), 10)
			c.state.Floor.Expiries(anyTime.Draw(t, "now"))
		}
		c.restart()
	})
}

// domain is everything but the protocol's own state.
func domain(t require.TestingT, s *fold.State) string {
	return asJSON(t, s.Floor) + asJSON(t, s.Contacts) + asJSON(t, s.Offers) + asJSON(t, s.Tally) + s.Config + asJSON(t, s.Versions) +
		asJSON(t, s.Departed) + asJSON(t, s.Presented) + asJSON(t, s.Lines) + asJSON(t, s.Forecasts) + asJSON(t, s.Recordings)
}

// conserved is the law of DESIGN.md section 8.
func conserved(t require.TestingT, s *fold.State) {
	here := uint64(0)
	for _, rec := range s.Contacts {
		if rec.Outcome == contact.StillHere {
			here++
		}
	}
	require.Equal(t, s.Tally.Offered.Total(), s.Tally.Outcomes.Total()+here, "offered = outcomes + still here")
}

var (
	anyTime   = rapid.OneOf(rapid.Int64Range(0, 100), rapid.SampledFrom([]int64{math.MinInt64, -1, math.MaxInt64}))
	anyInt    = rapid.OneOf(rapid.IntRange(0, 3), rapid.SampledFrom([]int{math.MinInt64, -1, math.MaxInt64}))
	anyName   = rapid.SampledFrom([]string{"", "x1", "x2", "x3", "é\x1f\"", strings.Repeat("x", 300)})
	anyID     = rapid.SampledFrom([]string{"x1", "x2", "x3"})
	anyResult = rapid.SampledFrom([]contact.RingResult{contact.NoAnswer, contact.Unreachable, contact.Lost, "", "nonsense"})
)

func anyDuration(t *rapid.T) time.Duration { return time.Duration(anyTime.Draw(t, "duration")) }

func anyPolicies(t *rapid.T) contact.Policies {
	return contact.Policies{
		Ring: anyDuration(t), WrapUp: anyDuration(t), NoAnswer: anyDuration(t), Busy: anyDuration(t), Refused: anyDuration(t),
		Unreachable: anyDuration(t),
	}
}

func anySteps(t *rapid.T) []contact.Step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) contact.Step {
		return contact.Step{
			Centers: []contact.Center{contact.Center(anyID.Draw(t, "center"))}, Files: rapid.Bool().Draw(t, "files"),
			Need: contact.Need{{Skill: contact.Skill(anyName.Draw(t, "skill")), Level: anyInt.Draw(t, "level")}},
		}
	}), 0, 2).Draw(t, "steps")
}

// sayRecording says something of the recording of a conversation.
func sayRecording(t *rapid.T, c *chain, at int64, subject string) string {
	id := fact.RecordingID(anyID.Draw(t, "recording"))
	switch rapid.IntRange(0, 5).Draw(t, "of a recording") {
	case 0, 1:
		return c.own(at, subject, fact.RecordingBegun{Recording: id, Purpose: anyName.Draw(t, "purpose"), Retention: anyDuration(t)})
	case 2:
		return c.own(at, subject, fact.RecordingPaused{Recording: id, Keys: rapid.Bool().Draw(t, "keys")})
	case 3:
		return c.own(at, subject, fact.RecordingResumed{Recording: id})
	case 4:
		return c.own(at, subject, fact.RecordingEnded{Recording: id, Failed: rapid.Bool().Draw(t, "failed")})
	}
	deleted := fact.RecordingDeleted{Recording: id, By: anyName.Draw(t, "by")}
	if rapid.Bool().Draw(t, "leader") {
		return c.lead(at, id.Subject(), deleted)
	}
	return c.command(at, id.Subject(), deleted)
}

// say appends some fact in the role that may write it, about somebody.
func say(t *rapid.T, c *chain) string {
	at, subject := anyTime.Draw(t, "at"), anyID.Draw(t, "subject")
	agent := contact.Agent(anyID.Draw(t, "agent"))
	switch rapid.IntRange(0, 39).Draw(t, "kind") {
	case 39:
		return c.own(at, subject, fact.Rated{Key: rapid.SampledFrom([]string{"", "4", "44", "é"}).Draw(t, "answer"), Queue: "x1", Center: contact.Center(anyName.Draw(t, "center"))})
	case 37, 38:
		return sayRecording(t, c, at, subject)
	case 36:
		return c.command(at, subject, fact.Treated{Agent: agent, Topic: contact.Topic(anyName.Draw(t, "topic")), Acts: []string{anyName.Draw(t, "act")}, Note: anyName.Draw(t, "note")})
	case 25:
		return c.own(at, subject, fact.LinkClaimed{N: anyInt.Draw(t, "n"), To: anyName.Draw(t, "to"), PerDay: anyInt.Draw(t, "per day"), Since: anyTime.Draw(t, "since")})
	case 26:
		return c.own(at, subject, fact.LinkReleased{N: anyInt.Draw(t, "n")})
	case 27, 28, 29:
		return sayDesk(t, c, at, subject, agent)
	case 32, 33, 34, 35:
		return c.own(at, subject, aboutAConversation(t, c))
	case 22, 23, 24:
		return c.own(at, subject, aboutACallback(t, c))
	case 30:
		return c.own(at, subject, fact.Foretold{Position: anyInt.Draw(t, "position"), Until: anyTime.Draw(t, "until")})
	case 31:
		return c.own(at, subject, fact.SteppedOut{Key: anyName.Draw(t, "way out")})
	case 0, 1:
		return c.command(at, subject, fact.LoggedIn{
			Agent: agent, Name: anyName.Draw(t, "name"), Phone: anyName.Draw(t, "phone"), Center: contact.Center(anyID.Draw(t, "center")),
			Skills: map[contact.Skill]int{contact.Skill(anyName.Draw(t, "skill")): anyInt.Draw(t, "level")},
		})
	case 2:
		return c.command(at, subject, fact.LoggedOut{Agent: agent})
	case 3:
		return c.command(at, subject, fact.Paused{Agent: agent, Reason: anyName.Draw(t, "reason")})
	case 4:
		return c.command(at, subject, fact.Resumed{Agent: agent, Hands: rapid.Bool().Draw(t, "hands")})
	case 5:
		return c.own(at, subject, fact.Reachable{Agent: agent, Version: versionOf(t, c, agent)})
	case 6:
		return c.lead(at, subject, fact.Expired{Agent: agent, Version: versionOf(t, c, agent)})
	case 7:
		return c.own(at, subject, fact.Arrived{Medium: contact.Voice, Entry: contact.Entry(anyID.Draw(t, "entry")), Rank: anyTime.Draw(t, "rank")})
	case 8:
		return c.own(at, subject, fact.Waiting{Node: anyName.Draw(t, "node"), Menu: json.RawMessage(`{"x":1}`), Asked: contact.Topic(anyName.Draw(t, "topic"))})
	case 9:
		return c.own(at, subject, fact.Queued{
			Queue: contact.Queue(anyName.Draw(t, "queue")), Priority: anyInt.Draw(t, "priority"),
			Ageing: contact.Ageing{Level: time.Duration(anyTime.Draw(t, "level")), Mail: time.Duration(anyTime.Draw(t, "mail"))}, Rank: anyTime.Draw(t, "rank"),
			Steps: anySteps(t), Policies: anyPolicies(t), Department: contact.Department(anyName.Draw(t, "department")),
		})
	case 10:
		return sayOffered(t, c, at, subject)
	case 17:
		return c.lead(at, subject, fact.AgentRenewed{
			Card:    fact.LoggedIn{Agent: agent, Phone: anyName.Draw(t, "phone"), Center: contact.Center(anyID.Draw(t, "center"))},
			Version: versionOf(t, c, agent),
		})
	case 18:
		return sayVersion(t, c, at)
	case 19, 20, 21:
		return c.own(at, subject, aboutATransfer(t))
	default:
		return c.own(at, subject, aboutAnOffer(t, c))
	}
}

// sayDesk appends some fact about an agent's day at the desk.
func sayDesk(t *rapid.T, c *chain, at int64, subject string, agent contact.Agent) string {
	phone := anyName.Draw(t, "phone")
	switch rapid.IntRange(0, 2).Draw(t, "desk") {
	case 0:
		card := fact.LoggedIn{Agent: agent, Phone: anyName.Draw(t, "own phone"), Center: contact.Center(anyID.Draw(t, "center"))}
		return c.command(at, subject, fact.AgentSeated{Card: card, Phone: phone, OnCall: rapid.Bool().Draw(t, "on call")})
	case 1:
		w := fact.AgentWrapUp{Agent: agent, Since: anyTime.Draw(t, "since"), Extend: anyDuration(t), Longest: anyDuration(t)}
		if a := c.state.Floor.Agents[agent]; a != nil && rapid.Bool().Draw(t, "right wrap-up") {
			w.Since = a.Since
		}
		return c.command(at, subject, w)
	}
	trouble := rapid.SampledFrom([]contact.PhoneTrouble{"", contact.Unregistered, contact.OnOwnCall, "nonsense"}).Draw(t, "trouble")
	if a := c.state.Floor.Agents[agent]; a != nil && rapid.Bool().Draw(t, "right phone") {
		phone = a.Phone
	}
	return c.own(at, subject, fact.AgentPhone{Agent: agent, Phone: phone, Trouble: trouble})
}

// sayVersion appends some fact about versions of the site.
func sayVersion(t *rapid.T, c *chain, at int64) string {
	hash, op := anyName.Draw(t, "hash"), anyName.Draw(t, "operation")
	if p := c.state.Proposal; p != nil && rapid.Bool().Draw(t, "right operation") {
		op = p.Op
	}
	switch rapid.IntRange(0, 4).Draw(t, "version") {
	case 3:
		place := rapid.SampledFrom([]fact.Place{{Entry: "x1"}, {Queue: "x1"}, {Entry: "x1", Queue: "x1"}, {}}).Draw(t, "place")
		return c.command(at, place.Subject(), fact.Announced{
			Place: place, Until: anyTime.Draw(t, "until"), Sounds: map[string][]string{hash: {op}}, HangUp: rapid.Bool().Draw(t, "hang up"),
		})
	case 4:
		place := rapid.SampledFrom([]fact.Place{{Entry: "x1"}, {Queue: "x1"}, {}}).Draw(t, "place")
		return c.command(at, place.Subject(), fact.AnnouncementCleared{Place: place})
	case 0:
		return c.command(at, "", fact.ConfigProposed{Hash: hash, From: rapid.SampledFrom([]string{c.state.Config, "x1"}).Draw(t, "from")})
	case 1:
		return c.lead(at, "", fact.ConfigActivated{Hash: hash, Op: op})
	}
	return c.lead(at, "", fact.ConfigRefused{Op: op})
}

func versionOf(t *rapid.T, c *chain, agent contact.Agent) uint64 {
	if a := c.state.Floor.Agents[agent]; a != nil && rapid.Bool().Draw(t, "right version") {
		return a.Version
	}
	return 0
}

func sayOffered(t *rapid.T, c *chain, at int64, subject string) string {
	o := fact.Offered{Contact: contact.ID(subject), Agent: contact.Agent(anyID.Draw(t, "agent"))}
	if proposals := c.state.Floor.Propose(at, 1); len(proposals) > 0 {
		o = proposals[0]
	}
	return c.lead(at, string(o.Contact), o)
}

func aboutAnOffer(t *rapid.T, c *chain) fact.Fact {
	live := append(slices.Sorted(maps.Keys(c.state.Floor.Offers)), "", "1-1/x")
	o := rapid.SampledFrom(live).Draw(t, "offer")
	switch rapid.IntRange(0, 5).Draw(t, "fact") {
	case 0:
		return fact.OfferVoid{Offer: o}
	case 1:
		return fact.Ringing{Offer: o, Bond: anyBond(t)}
	case 2:
		return fact.OfferFailed{Offer: o, Result: anyResult.Draw(t, "result")}
	case 3:
		return fact.Connected{Offer: o, ServedBy: "x1", Bond: anyBond(t)}
	case 4:
		return fact.LegEnded{Offer: o}
	}
	outcomes := append([]contact.Outcome{"", "nonsense"}, contact.Outcomes...)
	closed := fact.Closed{Outcome: rapid.SampledFrom(outcomes).Draw(t, "outcome"), Asked: rapid.Bool().Draw(t, "asked")}
	if rapid.IntRange(0, 3).Draw(t, "cancelled") == 0 {
		closed.Cancelled = &fact.Cancelled{By: "marie", Reason: rapid.SampledFrom([]string{"", "rappelle"}).Draw(t, "reason")}
	}
	return closed
}

func aboutATransfer(t *rapid.T) fact.Fact {
	id := fact.OfferID(anyName.Draw(t, "transfer"))
	switch rapid.IntRange(0, 4).Draw(t, "fact") {
	case 0, 1:
		return fact.Transferring{Transfer: id, Number: anyName.Draw(t, "number"), Service: anyName.Draw(t, "service"), Ring: anyDuration(t)}
	case 2:
		return fact.TransferFailed{Transfer: id, Result: anyResult.Draw(t, "result")}
	case 3:
		return fact.Transferred{Transfer: id}
	}
	return fact.TransferEnded{Transfer: id}
}

func aboutAConversation(t *rapid.T, c *chain) fact.Fact {
	id := fact.OfferID(anyName.Draw(t, "party"))
	role := rapid.SampledFrom(append([]fact.Role{fact.Leaving, "", "nonsense"}, fact.Roles...)).Draw(t, "role")
	switch rapid.IntRange(-2, 8).Draw(t, "fact") {
	case -2:
		return fact.Identifying{By: contact.Agent(anyName.Draw(t, "by"))}
	case -1:
		return fact.Identified{Authentication: anyInt.Draw(t, "authentication")}
	case 0:
		return fact.Held{}
	case 1:
		return fact.Retrieved{}
	case 2, 3:
		return fact.Invited{
			Party: id, Role: role, Agent: contact.Agent(anyName.Draw(t, "agent")), Number: rapid.SampledFrom([]string{"", "sealed"}).Draw(t, "number"),
			Policies: anyPolicies(t), ByAgent: anyInt.Draw(t, "by agent"), InAll: anyInt.Draw(t, "in all"),
		}
	case 4:
		return fact.PartyJoined{Party: id}
	case 5:
		live := append(slices.Sorted(maps.Keys(c.state.Floor.Offers)), id)
		return fact.PartyMoved{Party: rapid.SampledFrom(live).Draw(t, "moved"), Role: role}
	case 6:
		return fact.PartyLeft{Party: id, Result: anyResult.Draw(t, "result")}
	case 7:
		return fact.HandedOver{Party: id, Transfers: anyInt.Draw(t, "transfers")}
	}
	return fact.Requeued{Queued: fact.Queued{
		Queue: contact.Queue(anyName.Draw(t, "queue")), Rank: anyTime.Draw(t, "rank"), Steps: anySteps(t), Policies: anyPolicies(t),
		Callback: rapid.Bool().Draw(t, "callback"),
	}}
}

func aboutACallback(t *rapid.T, c *chain) fact.Fact {
	id := fact.OfferID(anyName.Draw(t, "call"))
	live := append(slices.Sorted(maps.Keys(c.state.Floor.Offers)), "", "1-1/x")
	place := fact.Queued{
		Queue: contact.Queue(anyName.Draw(t, "queue")), Rank: anyTime.Draw(t, "rank"), Steps: anySteps(t), Policies: anyPolicies(t),
		Callback: rapid.Bool().Draw(t, "callback"),
	}
	switch rapid.IntRange(0, 6).Draw(t, "fact") {
	case 0, 1:
		return fact.CallbackRequested{
			Number: anyName.Draw(t, "number"), NumberHash: anyName.Draw(t, "hash"), Attempts: anyInt.Draw(t, "attempts"),
			RetryAfter: anyDuration(t), ExpiresAt: anyTime.Draw(t, "expires"), Place: place,
		}
	case 2, 3:
		return place
	case 4:
		return fact.CallingBack{Call: id, Offer: rapid.SampledFrom(live).Draw(t, "offer")}
	case 5:
		return fact.CallbackFailed{Call: id, Result: anyResult.Draw(t, "result"), NotBefore: anyTime.Draw(t, "not before")}
	}
	return fact.CallbackWithdrawn{}
}

func anyBond(t *rapid.T) fact.Bond {
	return fact.Bond{Agent: contact.Agent(anyName.Draw(t, "agent")), Center: "x1", Queue: "x1", Policies: anyPolicies(t)}
}

// Entries that no log would hold: nothing here may panic either.
func FuzzApplyNeverPanics(f *testing.F) {
	for _, kind := range append(fact.Kinds(), ledger.KindTake, ledger.KindBeat, "nonsense") {
		f.Add(kind, "x1", ledger.RoleLeader, uint64(1), []byte(`{}`))
		f.Add(kind, "x1", ledger.Owner(node), uint64(1), []byte(`{"agent":"x1","phone":"p","offer":"","outcome":"answered"}`))
		f.Add(kind, "x1", ledger.RoleAPI, uint64(1), []byte(`{"agent":"x1","phone":"p"} {}`))
		f.Add(kind, "", ledger.Owner(node), uint64(math.MaxUint64), []byte(`null`))
		f.Add(kind, "x1", "", uint64(0), []byte{0xff})
	}
	f.Fuzz(func(t *testing.T, kind, subject, role string, seq uint64, data []byte) {
		c := newChain(t)
		require.Empty(t, c.own(1, "x1", arrived))
		require.Empty(t, c.own(2, "x1", queued()))
		epoch := c.epochs[node]
		if role == ledger.RoleLeader {
			epoch = c.epochs[ledger.Site]
		}
		before := c.state.Protocol.Voids[kind]
		a := c.state.Apply(ledger.Entry{
			Gen: 1, Prev: c.state.Protocol.Last, Self: c.state.Protocol.Last.Next(ledger.ID{Ms: 99}, data),
			Format: 1, Kind: kind, Subject: subject, Writer: writer, Role: role, Epoch: epoch, Seq: seq, Op: "op", Data: data,
		})
		require.False(t, strings.HasPrefix(a.Void, "panic"), a.Void)
		if !a.Verdict.Stops() && !a.Verdict.Accepted() || a.Void != "" {
			require.Equal(t, before+1, c.state.Protocol.Voids[kind], "void, and not counted")
		}
		conserved(t, c.state)
	})
}
