package fact

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/contact"
)

// all has one fact of each kind, with every field filled.
func all() []Fact {
	wrapUp := 20 * time.Second
	return []Fact{
		Arrived{Medium: contact.Voice, Entry: "2014", Node: "n1", Line: "1", Caller: "sealed", CallerHash: "h", Withheld: true, Config: "v1", Rank: 7},
		Arrived{Medium: contact.Email, Entry: "2014", Node: contact.Mailroom, Line: "ref", Config: "v1", Rank: 7, Mail: &Mail{Topic: "x", Department: "35", PostalCode: "35000", Language: "fr", Content: "sealed", Digest: "d"}},
		Arrived{Medium: contact.Voice, Entry: "2014", Node: "n1", Config: "v1", Rank: 7, CallsBack: &CallsBack{
			Message: "vm-1", Agent: "a", Center: "c", Offer: "for-c1", Number: "sealed", NumberHash: "h", Queue: "q", Topic: "x", Department: "35", Organisation: "plateau",
			Policies: contact.DefaultPolicies(), Ring: time.Second, Hours: []contact.Window{{From: 1, Until: 2}}, ByAgent: 1, InAll: 2,
		}},
		Waiting{Node: "m", Crossed: []string{"a"}, Vars: map[string]string{"topic": "x"}, Menu: json.RawMessage(`{"node":"m"}`), Asked: "x"},
		Queued{
			Queue: "q", Topic: "x", Department: "2A", Language: "fr", Priority: 1, Rank: 7, Organisation: "plateau",
			Steps:    []contact.Step{{Centers: []contact.Center{"c"}, Need: contact.Need{{Skill: "s", Level: 2}}, Files: true, EstimatedWait: time.Minute, PerAgent: 3}},
			Policies: contact.Policies{Ring: 1, WrapUp: 2, NoAnswer: 3, Busy: 4, Refused: 5, Unreachable: 6, Handle: 7}, Rule: "r", Crossed: []string{"a"}, Redial: "c0", Menu: json.RawMessage(`{"node":"m"}`),
			Strategy: contact.BestLevel, Hours: contact.Hours{"c": {{From: 1, Until: 2}}}, Closing: contact.DefaultClosing(), Callback: true,
		},
		Circle{ContactVersion: 1, Step: 1, Centers: []contact.Center{"c"}, Why: "after 60s"},
		GivenUp{ContactVersion: 2, Reason: contact.Closed},
		Offered{
			Contact: "c", Agent: "a", Queue: "q", Center: "c", ContactVersion: 1, AgentVersion: 2, QueueVersion: 3,
			PossibleSince: 4, Rule: "r", RunnersUp: []Candidate{{Agent: "b", ReadySince: 5, Level: 2}}, Level: 3, ReadySince: 4, Refusals: map[string]int{"x": 1},
		},
		OfferVoid{Offer: "1-0/x", Reason: "gone"},
		Ringing{Offer: "1-0/x", Leg: "l"},
		Taken{Offer: "1-0/x"},
		OfferFailed{Offer: "1-0/x", Result: contact.Busy, Cause: 17},
		Connected{Offer: "1-0/x", Organisation: "plateau", ServedBy: "c", Reply: "sealed"},
		LegEnded{Offer: "1-0/x", By: "agent"},
		Closed{Outcome: contact.Dissuaded, Stage: contact.InMenu, Refusal: contact.Full, Queue: "q", Organisation: "plateau", Asked: true, Topic: "x", Reason: "r", Cancelled: &Cancelled{By: "marie", Reason: "r"}},
		Transferring{
			Transfer: "out-c-1", Service: "SIP Rennes", Number: "+33299000001", Ring: time.Second, Topic: "x", Department: "35",
			Organisation: "plateau", Rule: "r", Crossed: []string{"a"}, Menu: json.RawMessage(`{"node":"m"}`),
		},
		TransferFailed{Transfer: "out-c-1", Result: contact.Busy, Cause: 17},
		Transferred{Transfer: "out-c-1"},
		TransferEnded{Transfer: "out-c-1", By: "service"},
		CallbackRequested{
			Number: "sealed", NumberHash: "h", Attempts: 3, RetryAfter: time.Minute, Ring: time.Second, Hours: []contact.Window{{From: 1, Until: 2}},
			ExpiresAt: 9, Place: Queued{Queue: "q", Steps: []contact.Step{{Centers: []contact.Center{"c"}}}, Rank: 7, Callback: true},
		},
		CallbackWithdrawn{Reason: "r"},
		CallingBack{Call: "back-c-1.0", Offer: "1-0/x"},
		CallbackFailed{Call: "back-c-1.0", Result: contact.Busy, Cause: 17, NotBefore: 8},
		Foretold{Position: 2, Until: 9, By: "length"},
		SteppedOut{Key: "1"},
		LoggedIn{Agent: "a", Name: "n", Center: "c", Node: "n1", Phone: "PJSIP/a", Skills: map[contact.Skill]int{"s": 1}, Files: []contact.Department{"35"}, AllFiles: true, Media: []contact.Medium{contact.Email}, WrapUp: &wrapUp},
		AgentChanged{Agent: "a", Skills: map[contact.Skill]int{"s": 0}, Center: "c", Reset: true, By: "b"},
		LoggedOut{Agent: "a"},
		Paused{Agent: "a", Reason: "repas"},
		Resumed{Agent: "a"},
		Reachable{Agent: "a", Version: 1},
		Expired{Agent: "a", Version: 1},
		AgentRenewed{Card: LoggedIn{Agent: "a", Phone: "PJSIP/a"}, Version: 2},
		AgentSeated{Card: LoggedIn{Agent: "a", Phone: "PJSIP/a"}, Phone: "PJSIP/b", OnCall: true},
		AgentWrapUp{Agent: "a", Since: 5, Extend: time.Second, Longest: time.Minute},
		AgentPhone{Agent: "a", Phone: "PJSIP/b", Trouble: contact.OnOwnCall},
		ConfigProposed{Hash: "v2", From: "v1", Cause: Cause{By: "marie", Source: ByAPI, Summary: "file changed: queues.yaml"}},
		ConfigActivated{Hash: "v2", Cause: Cause{By: "marie", Source: ByAPI, Summary: "file changed: queues.yaml"}, Op: "op-1"},
		ConfigRefused{Op: "op-1", Reason: "r"},
		Announced{Place: Place{Entry: "2014"}, Prompt: "panne", Text: "t", Sounds: map[string][]string{"fr": {"sound:x"}}, Until: 5, HangUp: true, By: "marie"},
		AnnouncementCleared{Place: Place{Queue: "q"}, By: "marie"},
		MessageLeft{
			Message: "c.1", Mailbox: "m", Lasts: time.Second, Spoken: time.Second, Retention: time.Hour, Topic: "x", Language: "fr",
			Crossed: []string{"a"}, Decided: []Decided{{Node: "b", Case: "else"}}, Menu: json.RawMessage(`{"node":"m"}`),
		},
		LinkClaimed{N: 2, Channel: "sms", To: "h", PerDay: 3, Since: 4},
		LinkReleased{N: 2},
		Held{By: "a1"}, Retrieved{By: "a1"},
		Identifying{By: "a1"}, Identified{Authentication: 2},
		Invited{Party: "with-c1.0", Role: Consulted, Agent: "a2", Center: "cis_ouest", By: "a1", Ring: 1, Policies: contact.DefaultPolicies(), ByAgent: 1, InAll: 2},
		PartyJoined{Party: "with-c1.0"}, PartyMoved{Party: "with-c1.0", Role: Member, By: "a1"},
		PartyLeft{Party: "with-c1.0", Result: contact.Busy, Cause: 17, By: "party"}, HandedOver{Party: "with-c1.0", Transfers: 2},
		Requeued{Queued: Queued{Queue: "avis", Rank: 1, Steps: []contact.Step{{Centers: []contact.Center{"cis_ouest"}}}}, By: "a1", Transfers: 3},
		Rated{Key: "4", Queue: "avis", Center: "cis_ouest"},
		Treated{Agent: "a", Topic: "x", Acts: []string{"y"}, Result: "z", Note: "sealed"},
		RecordingBegun{Recording: "c.r1", Queue: "q", Purpose: "p", Retention: 1}, RecordingPaused{Recording: "c.r1", By: "a", Keys: true},
		RecordingResumed{Recording: "c.r1", By: "a"}, RecordingEnded{Recording: "c.r1", Failed: true}, RecordingDeleted{Recording: "c.r1", By: "marie"},
		MessageDone{Message: "c.1", By: "marie"},
		MessageDeleted{Message: "c.1"},
	}
}

func TestEveryKindIsReadBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	var kinds []string
	for _, f := range all() {
		text, err := json.Marshal(f)
		require.NoError(t, err)
		read, err := Decode(string(f.Kind()), text)
		require.NoError(t, err)
		assert.Equal(t, f, read)
		if !slices.Contains(kinds, string(f.Kind())) {
			kinds = append(kinds, string(f.Kind()))
		}
	}
	assert.ElementsMatch(t, Kinds(), kinds, "every kind is tried here")
}

func TestWhatIsNotAFactIsRefusedAndNeverGuessed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ kind, data, why string }{
		"unknown kind":   {"nonsense", `{}`, `decode fact: unknown kind "nonsense"`},
		"protocol kind":  {"beat", `{}`, `unknown kind "beat"`},
		"unknown field":  {"agent_logged_out", `{"agent":"a","colour":"red"}`, `decode fact agent_logged_out: json: unknown field "colour"`},
		"wrong type":     {"expired", `{"version":"one"}`, "decode fact expired"},
		"nothing":        {"closed", ``, "decode fact closed: EOF"},
		"something else": {"closed", `[]`, "decode fact closed"},
		"one too many":   {"closed", `{} {}`, "something after the value"},
	} {
		f, err := Decode(tc.kind, []byte(tc.data))
		assert.Nil(t, f, name)
		assert.ErrorContains(t, err, tc.why, name)
	}
}
