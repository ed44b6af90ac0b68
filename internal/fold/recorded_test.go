package fold_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
)

var (
	update   = flag.Bool("update", false, "write the states of testdata/recorded anew; review the difference")
	recordAs = flag.String("record", "", "record a further ledger under this name in testdata/recorded")
)

// recorded are the names of the ledgers in testdata/recorded: NAME.ledger has an
// entry a line, its id and its body as the log stores them, and NAME.state is
// what they fold to. A ledger that was recorded is never changed: a new format is
// recorded beside it, and the program goes on reading the old one.
func recorded(t require.TestingT) []string {
	files, err := filepath.Glob("testdata/recorded/*.ledger")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f, ".ledger")
	}
	return names
}

// readLedger reads a recorded ledger as a controller would read its log.
func readLedger(t require.TestingT, name string) (entries []ledger.Entry) {
	text, err := os.ReadFile(name + ".ledger")
	require.NoError(t, err)
	var last ledger.Position
	for line := range strings.Lines(string(text)) {
		at, body, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		id, err := ledger.ParseID(at)
		require.NoError(t, err)
		e, err := ledger.ReadBody(id, last, []byte(body))
		require.NoError(t, err)
		entries, last = append(entries, e), e.Self
	}
	return entries
}

func TestARecordedLedgerFoldsToTheStateItHadThen(t *testing.T) {
	t.Parallel()
	for _, name := range recorded(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			state := fold.New()
			for i, e := range readLedger(t, name) {
				a := state.Apply(e)
				require.False(t, a.Verdict.Stops(), "%s: %s", e.Self.ID, a.Verdict)
				if i%50 == 0 {
					state = readBack(t, state)
				}
			}
			got := indented(t, state)
			if *update {
				require.NoError(t, os.WriteFile(name+".state", got, 0o644))
			}
			want, err := os.ReadFile(name + ".state")
			require.NoError(t, err)
			assert.Equal(t, string(want), string(got), "if this is meant: does stateFormat tell old snapshots from new ones? Then -update")
		})
	}
}

func readBack(t require.TestingT, s *fold.State) *fold.State {
	snap, err := s.Snapshot()
	require.NoError(t, err)
	read, err := fold.Restore(snap)
	require.NoError(t, err)
	return read
}

func indented(t require.TestingT, s *fold.State) []byte {
	snap, err := s.Snapshot()
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, snap.Data, "", " "))
	text.WriteByte('\n')
	return text.Bytes()
}

func TestRecordedLedgersHoldEveryKindOfFact(t *testing.T) {
	t.Parallel()
	if *recordAs != "" {
		recordLedger(t, *recordAs)
	}
	found := map[string]bool{}
	for _, name := range recorded(t) {
		for _, e := range readLedger(t, name) {
			found[e.Kind] = true
		}
	}
	for _, kind := range append(fact.Kinds(), ledger.KindGenesis, ledger.KindHistory, ledger.KindBeat, ledger.KindTake, ledger.KindYield, ledger.KindCaughtUp) {
		assert.True(t, found[kind], "no %s was ever recorded", kind)
	}
}

// recordCallbacks has one contact called back, and takes the promise to another back.
func recordCallbacks(w *world) {
	c, t := w.ledger, w.t
	for _, id := range []string{"z4", "z5"} {
		require.Empty(t, c.own(w.now, id, arrived))
		require.Empty(t, c.own(w.now, id, asksForCallback()))
	}
	require.Empty(t, c.own(w.now, "z5", fact.CallbackWithdrawn{Reason: "late"}))
	require.Empty(t, c.own(w.now, "z4", asksForCallback().Place))
	require.Empty(t, c.own(w.now, "z4", fact.Ringing{Offer: "9-9/z4", Leg: "l", Bond: bond("z1")}))
	require.Empty(t, c.own(w.now, "z4", fact.CallingBack{Call: called, Offer: "9-9/z4"}))
	require.Empty(t, c.own(w.now, "z4", fact.CallbackFailed{Call: called, Result: contact.Busy, NotBefore: w.now + second}))
	require.Empty(t, c.own(w.now, "z4", fact.LegEnded{Offer: "9-9/z4", By: "caller"}))
}

// recordDesk has one agent sit at another's phone, which is gone for a while, and one
// make the wrap-up longer and end it.
func recordDesk(w *world) {
	c, t := w.ledger, w.t
	seated := fact.AgentSeated{Card: login("y6"), Phone: "PJSIP/y7", OnCall: true}
	require.Empty(t, c.command(w.now, "y6", seated))
	require.Empty(t, c.own(w.now, "y6", fact.AgentPhone{Agent: "y6", Phone: "PJSIP/y7"}))
	require.Empty(t, c.own(w.now, "y6", fact.AgentPhone{Agent: "y6", Phone: "PJSIP/y7", Trouble: contact.Unregistered}))
	require.Equal(t, string(acd.PhoneTaken), c.command(w.now, "y7", login("y7")))
	require.Equal(t, string(acd.AgentElsewhere), c.command(w.now, "y6", fact.AgentSeated{Card: login("y6"), Phone: "PJSIP/y6"}))
	require.Empty(t, c.own(w.now, "y8", arrived))
	require.Empty(t, c.own(w.now, "y8", queued()))
	require.Empty(t, c.own(w.now, "y8", fact.Ringing{Offer: "9-9/y8", Leg: "l", Bond: bond("y6")}))
	require.Empty(t, c.own(w.now, "y8", fact.Connected{Offer: "9-9/y8", ServedBy: "ouest", Bond: bond("y6")}))
	require.Empty(t, c.own(w.now, "y8", fact.LegEnded{Offer: "9-9/y8", By: "agent"}))
	longer := fact.AgentWrapUp{Agent: "y6", Since: w.now, Extend: time.Minute, Longest: time.Hour}
	require.Empty(t, c.command(w.now, "y6", longer))
	longer.Extend = 0
	require.Empty(t, c.command(w.now+second, "y6", longer))
}

// recordConversation has a caller on hold, a number called in vain, a colleague who is
// consulted and has the call, and gives the caller back to a queue.
func recordConversation(w *world) {
	c, t := w.ledger, w.t
	for _, id := range []string{"x6", "x7"} {
		require.Empty(t, c.command(w.now, id, login(contact.Agent(id))))
	}
	require.Empty(t, c.own(w.now, "x8", arrived))
	require.Empty(t, c.own(w.now, "x8", queued()))
	require.Empty(t, c.own(w.now, "x8", fact.Connected{Offer: "9-9/x8", ServedBy: "ouest", Bond: bond("x6")}))
	for _, f := range []fact.Fact{
		fact.Held{By: "x6"}, fact.Retrieved{By: "x6"}, fact.Identifying{By: "x6"}, fact.Identified{Authentication: 1},
		fact.Invited{Party: "with-x8.1", Role: fact.Consulted, Number: "sealed", By: "x6", ByAgent: 3, InAll: 9},
		fact.PartyLeft{Party: "with-x8.1", Result: contact.Busy, By: "party"},
		fact.Invited{Party: "with-x8.2", Role: fact.Consulted, Agent: "x7", By: "x6", Policies: contact.DefaultPolicies()},
		fact.PartyJoined{Party: "with-x8.2"},
		fact.PartyMoved{Party: "with-x8.2", Role: fact.Member, By: "x6"},
		fact.HandedOver{Party: "with-x8.2", Transfers: 1},
		fact.LegEnded{Offer: "9-9/x8", By: "agent"},
		fact.Requeued{Queued: queued(), Transfers: 2},
		fact.LegEnded{Offer: "with-x8.2", By: "agent"},
	} {
		require.Empty(t, c.own(w.now, "x8", f), "%T", f)
	}
}

// recordTape has one conversation recorded, with a pause, and deletes the file in time, and
// another one by hand.
func recordTape(w *world) {
	c, t := w.ledger, w.t
	require.Empty(t, c.command(w.now, "w6", login("w6")))
	require.Empty(t, c.own(w.now, "w8", arrived))
	require.Empty(t, c.own(w.now, "w8", queued()))
	require.Empty(t, c.own(w.now, "w8", fact.Connected{Offer: "9-9/w8", ServedBy: "ouest", Bond: bond("w6")}))
	for _, f := range []fact.Fact{
		begun("w8.r1"), fact.RecordingPaused{Recording: "w8.r1", Keys: true}, fact.RecordingResumed{Recording: "w8.r1"},
		fact.RecordingPaused{Recording: "w8.r1", By: "w6"}, fact.RecordingResumed{Recording: "w8.r1", By: "w6"},
		fact.RecordingEnded{Recording: "w8.r1"}, begun("w8.r2"), fact.RecordingEnded{Recording: "w8.r2", Failed: true}, begun("w8.r3"),
		fact.Closed{Outcome: contact.Answered}, fact.LegEnded{Offer: "9-9/w8", By: "caller"},
	} {
		require.Empty(t, c.own(w.now, "w8", f), "%T", f)
	}
	require.Empty(t, c.lead(w.now+hour, "recording:w8.r1", fact.RecordingDeleted{Recording: "w8.r1"}))
	require.Empty(t, c.command(w.now, "recording:w8.r2", fact.RecordingDeleted{Recording: "w8.r2", By: "marie"}))
}

// recordAppointment has two people promised a call at one time, a third who finds it taken,
// and one of them called.
func recordAppointment(w *world) {
	c, t := w.ledger, w.t
	require.Empty(t, c.command(w.now, "u1", login("u1")))
	at := fact.Appointment{Center: "ouest", From: w.now + second, Until: w.now + aMinute, PerSlot: 2}
	wants := func(id string) string {
		require.Empty(t, c.own(w.now, id, arrived))
		f := asksForCallback()
		f.NumberHash, f.Appointment, f.ExpiresAt = id, &at, at.Until
		f.Hours = []contact.Window{{From: at.From, Until: at.Until}}
		f.Place.Hours = contact.Hours{"ouest": f.Hours}
		return c.own(w.now, id, f)
	}
	require.Empty(t, wants("u7"))
	require.Empty(t, wants("u8"))
	require.Equal(t, fold.SlotTaken, wants("u9"))
	require.Empty(t, c.own(w.now, "u9", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu}))
	place := asksForCallback().Place
	place.Hours = contact.Hours{"ouest": {{From: at.From, Until: at.Until}}}
	require.Empty(t, c.own(w.now, "u7", place))
	require.Empty(t, c.own(at.From, "u7", fact.Ringing{Offer: "9-9/u7", Leg: "l", Bond: bond("u1")}))
	require.Empty(t, c.own(at.From, "u7", fact.CallingBack{Call: "back-u7-x.0", Offer: "9-9/u7"}))
	require.Empty(t, c.own(at.From, "u7", fact.Connected{Offer: "9-9/u7", ServedBy: "ouest", Bond: bond("u1")}))
	require.Empty(t, c.own(at.From, "u7", fact.LegEnded{Offer: "9-9/u7", By: "agent"}))
	require.Empty(t, c.own(at.From, "u7", fact.Closed{Outcome: contact.Answered}))
}

// recordUnreachable has two agents set aside who could not be reached, for as long as the
// queue says: one who was offered a call, and one who was called into the conversation.
func recordUnreachable(w *world) {
	c, t := w.ledger, w.t
	policies := contact.DefaultPolicies()
	policies.Unreachable = 2 * time.Minute
	with := func(a contact.Agent) fact.Bond {
		b := bond(a)
		b.Policies = policies
		return b
	}
	for _, id := range []string{"s1", "s2", "s3"} {
		require.Empty(t, c.command(w.now, id, login(contact.Agent(id))))
	}
	place := queued()
	place.Policies = policies
	require.Empty(t, c.own(w.now, "s8", arrived))
	require.Empty(t, c.own(w.now, "s8", place))
	require.Empty(t, c.own(w.now, "s8", fact.Ringing{Offer: "9-9/s8", Leg: "l", Bond: with("s1")}))
	require.Empty(t, c.own(w.now, "s8", fact.OfferFailed{Offer: "9-9/s8", Result: contact.Unreachable}))
	require.Empty(t, c.own(w.now, "s8", fact.Connected{Offer: "8-8/s8", ServedBy: "ouest", Bond: with("s2")}))
	require.Empty(t, c.own(w.now, "s8", fact.Invited{Party: "with-s8.1", Role: fact.Consulted, Agent: "s3", By: "s2", Policies: policies}))
	require.Empty(t, c.own(w.now, "s8", fact.PartyLeft{Party: "with-s8.1", Result: contact.Unreachable, By: "party"}))
	for _, a := range []contact.Agent{"s1", "s3"} {
		agent := c.state.Floor.Agents[a]
		require.Equal(t, acd.SetAside, agent.State)
		require.Equal(t, w.now+(2*time.Minute).Microseconds(), agent.Until)
	}
	require.Empty(t, c.own(w.now, "s8", fact.LegEnded{Offer: "8-8/s8", By: "agent"}))
	require.Empty(t, c.own(w.now, "s8", fact.Closed{Outcome: contact.Answered}))
}

// recordCancelled has somebody promised a call who needs none any more.
func recordCancelled(w *world) {
	c, t := w.ledger, w.t
	require.Empty(t, c.own(w.now, "q1", arrived))
	asks := asksForCallback()
	asks.NumberHash, asks.Once = "q1", false
	require.Empty(t, c.own(w.now, "q1", asks))
	require.Empty(t, c.own(w.now, "q1", asks.Place))
	closed := fact.Closed{Outcome: contact.Failed, Asked: true, Reason: "cancelled", Cancelled: &fact.Cancelled{By: "marie"}}
	require.NotEmpty(t, c.own(w.now, "q1", closed), "for no reason")
	closed.Cancelled = &fact.Cancelled{By: "marie", Reason: "a rappelé"}
	require.Empty(t, c.own(w.now, "q1", closed))
}

// recordCallsBack has an agent call back who left the message that he has, once in vain; then he is
// ready for more messages, by a phone that is in a call.
func recordCallsBack(w *world) {
	c, t := w.ledger, w.t
	card := login("b9")
	card.Center, card.Media, card.Capacity = "ouest", []contact.Medium{contact.Voice, contact.Voicemail}, map[contact.Medium]int{contact.Voicemail: 1}
	require.Empty(t, c.command(w.now, "b9", card))
	came := arrived
	came.CallerHash = "b9"
	require.Empty(t, c.own(w.now, "b0", came))
	require.Empty(t, c.own(w.now, "b0", forQueue("b0.1")))
	require.Empty(t, c.own(w.now, "b0", fact.Closed{Outcome: contact.Message}))
	message := fact.MessageID("b0.1").Contact()
	require.Empty(t, c.own(w.now, string(message), birth(c.state.Messages["b0.1"])))
	require.Empty(t, c.own(w.now, string(message), queued()))
	require.Empty(t, c.own(w.now, string(message), fact.Ringing{Offer: "9-9/b0", Leg: "screen", Bond: bond("b9")}))
	require.Empty(t, c.own(w.now, string(message), fact.Taken{Offer: "9-9/b0"}))
	for _, id := range []string{"b1", "b2"} {
		calls := forMessage(fact.OfferID("for-" + id))
		calls.CallsBack.Message, calls.CallsBack.Agent, calls.CallsBack.NumberHash = message, "b9", "b9"
		require.Empty(t, c.own(w.now, id, calls))
		require.Empty(t, c.own(w.now, id, fact.Ringing{Offer: calls.CallsBack.Offer, Leg: "l"}))
		if id == "b1" {
			require.Empty(t, c.own(w.now, id, fact.OfferFailed{Offer: calls.CallsBack.Offer, Result: contact.Lost}))
			require.Empty(t, c.own(w.now, id, fact.Closed{Outcome: contact.Failed}))
			continue
		}
		require.Empty(t, c.own(w.now, id, fact.CallingBack{Call: "back-b2", Offer: calls.CallsBack.Offer}))
		require.Empty(t, c.own(w.now, id, fact.Connected{Offer: calls.CallsBack.Offer, ServedBy: "ouest"}))
		require.Empty(t, c.own(w.now, id, fact.LegEnded{Offer: calls.CallsBack.Offer, By: "agent"}))
		require.Empty(t, c.own(w.now, id, fact.Closed{Outcome: contact.Answered}))
	}
	require.Empty(t, c.own(w.now, string(message), fact.OfferFailed{Offer: "9-9/b0", Result: contact.Returned}))
	require.Empty(t, c.command(w.now, "b9", fact.Resumed{Agent: "b9", Hands: true}))
}

// recordCapacity has an agent with two mails at hand who answers a call, then one of the mails;
// he leaves with the other, and his set-aside for mails ends another time.
func recordCapacity(w *world) {
	c, t := w.ledger, w.t
	card := login("k1")
	card.Center, card.Media, card.Capacity = "ouest", []contact.Medium{contact.Voice, contact.Email}, map[contact.Medium]int{contact.Email: 2}
	require.Empty(t, c.command(w.now, "k1", card))
	posted := arrived
	posted.Medium, posted.Mail = contact.Email, &fact.Mail{Topic: "avis", Content: "sealed"}
	for _, id := range []string{"k2", "k3"} {
		require.Empty(t, c.own(w.now, id, posted))
		require.Empty(t, c.own(w.now, id, queued()))
		require.Empty(t, c.own(w.now, id, fact.Ringing{Offer: fact.OfferID("9-9/" + id), Leg: "screen", Bond: bond("k1")}))
	}
	require.Empty(t, c.own(w.now, "k2", fact.Taken{Offer: "9-9/k2"}))
	require.Empty(t, c.own(w.now, "k4", arrived))
	require.Empty(t, c.own(w.now, "k4", queued()))
	require.Empty(t, c.own(w.now, "k4", fact.Connected{Offer: "9-9/k4", ServedBy: "ouest", Bond: bond("k1")}))
	require.Equal(t, acd.Talking, c.state.Floor.Agents["k1"].State)
	require.Len(t, c.state.Floor.AtHand("k1"), 2)
	require.Empty(t, c.own(w.now, "k2", fact.Connected{Offer: "9-9/k2", ServedBy: "ouest", Reply: "sealed", Bond: bond("k1")}))
	require.Empty(t, c.own(w.now, "k2", fact.LegEnded{Offer: "9-9/k2", By: "agent"}))
	require.Empty(t, c.own(w.now, "k2", fact.Closed{Outcome: contact.Answered}))
	require.NotEmpty(t, c.command(w.now, "k2", fact.Treated{Agent: "k1", Result: "answered"}), "the call is what he notes")
	require.Empty(t, c.own(w.now, "k4", fact.LegEnded{Offer: "9-9/k4", By: "agent"}))
	require.Empty(t, c.own(w.now, "k4", fact.Closed{Outcome: contact.Answered}))
	require.Empty(t, c.command(w.now, "k1", fact.Resumed{Agent: "k1"}))
	require.Empty(t, c.own(w.now, "k3", fact.OfferFailed{Offer: "9-9/k3", Result: contact.NoAnswer}))
	until := c.state.Floor.Agents["k1"].Hands[contact.Email].Until
	require.NotZero(t, until)
	require.Empty(t, c.lead(until, "k1", fact.Expired{Agent: "k1", Version: c.state.Floor.Agents["k1"].Version, Medium: contact.Email}))
	require.Empty(t, c.own(w.now, "k3", fact.Ringing{Offer: "8-8/k3", Leg: "screen", Bond: bond("k1")}))
	require.Empty(t, c.command(w.now, "k1", fact.LoggedOut{Agent: "k1"}))
	require.Equal(t, acd.LoggedOut, c.state.Floor.Agents["k1"].State)
	require.Empty(t, c.own(w.now, "k3", fact.OfferFailed{Offer: "8-8/k3", Result: contact.Refused}))
}

// recordRated has two callers asked after the call, of whom one answers.
func recordRated(w *world) {
	c, t := w.ledger, w.t
	require.Empty(t, c.command(w.now, "v1", login("v1")))
	for i, key := range []string{"4", ""} {
		id := fmt.Sprintf("v%d", 8+i)
		require.Empty(t, c.own(w.now, id, arrived))
		require.Empty(t, c.own(w.now, id, queued()))
		offer := fact.OfferID("9-9/" + id)
		require.Empty(t, c.own(w.now, id, fact.Connected{Offer: offer, ServedBy: "ouest", Bond: bond("v1")}))
		require.Empty(t, c.own(w.now, id, fact.LegEnded{Offer: offer, By: "agent"}))
		require.Empty(t, c.own(w.now, id, fact.Rated{Key: key, Queue: "particuliers", Center: "ouest"}))
		require.NotEmpty(t, c.own(w.now, id, fact.Rated{Queue: "particuliers", Center: "ouest"}), "asked once")
		require.Empty(t, c.own(w.now, id, fact.Closed{Outcome: contact.Answered}))
		require.Empty(t, c.command(w.now, "v1", fact.Resumed{Agent: "v1"}))
	}
}

// recordTreated has an agent note twice what came of somebody who called before.
func recordTreated(w *world) {
	c, t := w.ledger, w.t
	again := arrived
	again.CallerHash = "ann"
	for _, id := range []string{"z8", "z9"} {
		require.Empty(t, c.own(w.now, id, again))
		require.Empty(t, c.own(w.now, id, fact.Waiting{Node: "motif", Crossed: []string{"accueil", "motif"}, Menu: []byte(`{}`)}))
	}
	require.Empty(t, c.own(w.now, "z8", fact.Closed{Outcome: contact.Abandoned, Stage: contact.InMenu}))
	require.Empty(t, c.own(w.now, "z9", queued()))
	require.Empty(t, c.own(w.now, "z9", fact.Connected{Offer: "9-9/z9", ServedBy: "ouest", Bond: bond("z1")}))
	noted := fact.Treated{Agent: "z1", Topic: "avis", Acts: []string{"adresse"}, Result: "repondu", Note: "sealed"}
	require.Empty(t, c.command(w.now, "z9", noted))
	require.Empty(t, c.own(w.now, "z9", fact.LegEnded{Offer: "9-9/z9", By: "caller"}))
	require.Empty(t, c.own(w.now, "z9", fact.Closed{Outcome: contact.Answered}))
	noted.Result = "transmis"
	require.Empty(t, c.command(w.now, "z9", noted), "the contact is over, and what is noted of it may change")
}

// recordLedger records the ledger of a short afternoon at the simulated site, in
// the middle of which a failover loses an offer that rings; then what no caller
// ever does.
func recordLedger(t *testing.T, as string) {
	w := newWorld(t, 7, 40, 6)
	w.run(60e6)
	w.crash()
	w.run(110e6)
	c := w.ledger
	c.must(ledger.Entry{Kind: ledger.KindHistory, Role: ledger.RoleLedger, Data: c.data(ledger.Began{Run: "r2"})}, 2)
	require.Empty(t, c.command(w.now, "z1", login("z1")))
	require.Empty(t, c.command(w.now, "z1", fact.AgentChanged{Agent: "z1", Skills: map[contact.Skill]int{"avis": 4}, By: "marie"}))
	require.Empty(t, c.own(w.now, "z2", arrived))
	require.Empty(t, c.own(w.now, "z2", queued()))
	require.Empty(t, c.own(w.now, "z2", fact.Ringing{Offer: lost, Leg: "l", Bond: bond("z1")}))
	c.must(ledger.Entry{Kind: ledger.KindCaughtUp, Subject: node, Writer: writer, Role: ledger.Owner(node), Epoch: c.epochs[node]}, 2)
	require.Empty(t, c.own(w.now, "z3", arrived))
	require.Empty(t, c.own(w.now, "z3", queued()))
	require.NotEmpty(t, c.own(w.now, "z3", fact.OfferVoid{Offer: lost, Reason: "not its own"}))
	require.Empty(t, c.lead(w.now, "z3", fact.GivenUp{ContactVersion: 1, Reason: contact.NoAgent}))
	require.Empty(t, c.command(w.now, "", proposed("", "v2")))
	require.Empty(t, c.lead(w.now, "", fact.ConfigActivated{Hash: "v2", Op: c.state.Proposal.Op}))
	require.Empty(t, c.command(w.now, "", proposed("v2", "v3")))
	require.Empty(t, c.lead(w.now, "", fact.ConfigRefused{Op: c.state.Proposal.Op, Reason: "its content is missing"}))
	require.Empty(t, c.lead(w.now, "z1", fact.AgentRenewed{Card: login("z1"), Version: c.state.Floor.Agents["z1"].Version}))
	require.NotEmpty(t, c.own(w.now, "z1", fact.Reachable{Agent: "z1"}))
	require.Empty(t, c.announces(w.now, saidAt(atEntry("2014"), "panne", w.now+second)))
	require.Empty(t, c.announces(w.now, saidAt(fact.Place{Queue: "particuliers"}, "attente", w.now+second)))
	require.Empty(t, c.command(w.now, "entry:2014", fact.AnnouncementCleared{Place: atEntry("2014"), By: "marie"}))
	recordCallbacks(w)
	recordCapacity(w)
	recordDesk(w)
	require.Empty(t, c.own(w.now, "z6", arrived))
	require.Empty(t, c.own(w.now, "z6", claim(1, "ann", 0)))
	require.Empty(t, c.own(w.now, "z6", claim(2, "bob", 0)))
	require.Empty(t, c.own(w.now, "z6", fact.LinkReleased{N: 2}))
	require.Empty(t, c.own(w.now, "z6", fact.Closed{Outcome: contact.SelfServed}))
	recordTreated(w)
	require.Empty(t, c.own(w.now, "z7", arrived))
	require.Empty(t, c.own(w.now, "z7", messageLeft("z7.1")))
	require.Empty(t, c.own(w.now, "z7", messageLeft("z7.2")))
	require.Empty(t, c.own(w.now, "z7", fact.Closed{Outcome: contact.Message}))
	require.Empty(t, c.command(w.now, "message:z7.1", fact.MessageDone{Message: "z7.1", By: "marie"}))
	require.Empty(t, c.lead(w.now+hour, "message:z7.1", fact.MessageDeleted{Message: "z7.1"}))
	require.Empty(t, c.own(w.now, "z10", arrived))
	require.Empty(t, c.own(w.now, "z10", queued()))
	require.Empty(t, c.own(w.now, "z10", fact.Foretold{Position: 2, Until: w.now + aMinute, By: "length"}))
	require.Empty(t, c.own(w.now, "z10", fact.SteppedOut{Key: "1"}))
	recordConversation(w)
	recordTape(w)
	recordRated(w)
	recordAppointment(w)
	recordUnreachable(w)
	recordCancelled(w)
	recordCards(w)
	recordMessages(w)
	recordCallsBack(w)
	c.must(ledger.Entry{Kind: ledger.KindYield, Subject: node, Writer: writer, Role: ledger.RoleController, Epoch: c.epochs[node]}, 2)
	var text strings.Builder
	for _, e := range c.log {
		body, err := e.Body()
		require.NoError(t, err)
		fmt.Fprintf(&text, "%s %s\n", e.Self.ID, body)
	}
	name := filepath.Join("testdata/recorded", as)
	require.NoFileExists(t, name+".ledger", "what was recorded stays")
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name+".ledger", []byte(text.String()), 0o644))
	require.NoError(t, os.WriteFile(name+".state", indented(t, c.state), 0o644))
}
