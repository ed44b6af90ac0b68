// Package fact holds what can be written in the ledger about contacts and
// agents: the closed list of facts, each a plain struct of resolved values, so
// that a fold never needs a configuration, a clock or a live value to read it.
//
// It is for shapes and their encoding. Whether a fact is accepted is decided by
// ledger (protocol) and by acd and engine (content). Read Fact, Queued and
// Offered first; `docs/ledger.md` has the acceptance table.
package fact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/guichet/guichet/internal/contact"
)

// Kind names a fact in the ledger.
type Kind string

// The kinds of facts. The ledger's own kinds (beat, take, yield, …) are not
// here: they belong to the protocol.
const (
	KindArrived     Kind = "arrived"
	KindWaiting     Kind = "waiting"
	KindQueued      Kind = "queued"
	KindCircle      Kind = "circle"
	KindGivenUp     Kind = "given_up"
	KindOffered     Kind = "offered"
	KindOfferVoid   Kind = "offer_void"
	KindRinging     Kind = "ringing"
	KindTaken       Kind = "taken"
	KindOfferFailed Kind = "offer_failed"
	KindConnected   Kind = "connected"
	KindLegEnded    Kind = "leg_ended"
	KindClosed      Kind = "closed"

	KindTransferring   Kind = "transferring"
	KindTransferFailed Kind = "transfer_failed"
	KindTransferred    Kind = "transferred"
	KindTransferEnded  Kind = "transfer_ended"

	KindCallbackRequested Kind = "callback_requested"
	KindCallbackWithdrawn Kind = "callback_withdrawn"
	KindCallingBack       Kind = "calling_back"
	KindCallbackFailed    Kind = "callback_failed"

	KindForetold   Kind = "foretold"
	KindSteppedOut Kind = "stepped_out"

	KindLoggedIn  Kind = "agent_logged_in"
	KindLoggedOut Kind = "agent_logged_out"
	KindChanged   Kind = "agent_changed"
	KindPaused    Kind = "agent_paused"
	KindResumed   Kind = "agent_resumed"
	KindReachable Kind = "agent_reachable"
	KindExpired   Kind = "expired"
	KindRenewed   Kind = "agent_renewed"

	KindConfigProposed  Kind = "config_proposed"
	KindConfigActivated Kind = "config_activated"
	KindConfigRefused   Kind = "config_refused"

	KindAnnounced           Kind = "announced"
	KindAnnouncementCleared Kind = "announcement_cleared"

	KindLinkClaimed  Kind = "link_claimed"
	KindLinkReleased Kind = "link_released"

	KindTreated Kind = "treated"

	KindRated Kind = "rated"

	// Written by the owner, of a caller who is asked who he is during a conversation.
	KindIdentifying Kind = "identifying"
	KindIdentified  Kind = "identified"

	KindMessageLeft    Kind = "message_left"
	KindMessageDone    Kind = "message_done"
	KindMessageDeleted Kind = "message_deleted"

	KindRecordingBegun   Kind = "recording_begun"
	KindRecordingPaused  Kind = "recording_paused"
	KindRecordingResumed Kind = "recording_resumed"
	KindRecordingEnded   Kind = "recording_ended"
	KindRecordingDeleted Kind = "recording_deleted"

	KindHeld        Kind = "held"
	KindRetrieved   Kind = "retrieved"
	KindInvited     Kind = "invited"
	KindPartyJoined Kind = "party_joined"
	KindPartyMoved  Kind = "party_moved"
	KindPartyLeft   Kind = "party_left"
	KindHandedOver  Kind = "handed_over"
	KindRequeued    Kind = "requeued"
)

// OfferID names an offer by the ledger position (id and digest) of the entry
// that made it, never by a count: an offer that a lost log took away cannot be
// confused with a later one. A transfer is named by its own owner instead (see
// Transferring), in the same name space: each names one leg.
type OfferID string

// Fact is one of the structs of this package.
type Fact interface{ Kind() Kind }

// Arrived opens a contact. Written by the owner of its node.
type Arrived struct {
	Medium contact.Medium `json:"medium"`
	Entry  contact.Entry  `json:"entry"`
	Node   contact.Node   `json:"node"`
	// Line is the caller's channel at its node.
	Line string `json:"line"`
	// Caller is the caller's number, encrypted with the site key; empty when
	// withheld. CallerHash is its keyed hash, for redials.
	Caller     string `json:"caller,omitempty"`
	CallerHash string `json:"caller_hash,omitempty"`
	// Withheld: the number is known to us and must not be shown outside.
	Withheld bool `json:"withheld,omitempty"`
	// Config is the hash of the site folder the contact began with.
	Config string `json:"config"`
	// Rank is the first arrival in µs: it stays the contact's rank through
	// overflow, failed offers and returns from a dialplan that found nobody.
	Rank int64 `json:"rank"`
	// Mail is what a mail says; nil for a call, which is asked in the menu.
	Mail *Mail `json:"mail,omitempty"`
	// Voicemail is the recorded message for which the contact is born; nil without one.
	Voicemail *Voicemail `json:"voicemail,omitempty"`
	// CallsBack says for which message an agent calls, and whom; nil of who has come himself.
	CallsBack *CallsBack `json:"calls_back,omitempty"`
}

// Mail is a mail as it arrived. Line and Caller of its arrival are the sender's
// reference and address.
type Mail struct {
	Topic      contact.Topic      `json:"topic"`
	Department contact.Department `json:"department,omitempty"`
	PostalCode string             `json:"postal_code,omitempty"`
	Language   string             `json:"language,omitempty"`
	// Content is subject and text, encrypted with the site key.
	Content string `json:"content"`
	// Digest is a keyed hash of all that was sent: it tells a repetition from
	// another mail under the same reference.
	Digest string `json:"digest"`
}

// Waiting says that the menu waits for the caller, or for a back-end: one per wait,
// not one per prompt. Menu is the state from which the menu can be resumed.
type Waiting struct {
	Node    string            `json:"node"`
	Crossed []string          `json:"crossed,omitempty"`
	Decided []Decided         `json:"decided,omitempty"`
	Vars    map[string]string `json:"vars,omitempty"`
	Menu    json.RawMessage   `json:"menu"`
	// Asked is the topic by which the caller has asked for an agent, if any.
	Asked contact.Topic `json:"asked,omitempty"`
	// Authentication says how far the caller is identified: 0, 1 or 2.
	Authentication int `json:"authentication,omitempty"`
	// Asks is what the menu asks a back-end, if that is what it waits for.
	Asks string `json:"asks,omitempty"`
	// Records is the mailbox that the caller is recorded for, if that is what it waits for.
	Records string `json:"records,omitempty"`
}

// Queued puts a contact in a queue, or back into it under another service.
type Queued struct {
	Queue        contact.Queue        `json:"queue"`
	Topic        contact.Topic        `json:"topic,omitempty"`
	Department   contact.Department   `json:"department,omitempty"`
	Language     string               `json:"language,omitempty"`
	Priority     int                  `json:"priority,omitempty"`
	Ageing       contact.Ageing       `json:"ageing,omitzero"`
	Rank         int64                `json:"rank"`
	Steps        []contact.Step       `json:"steps"`
	Policies     contact.Policies     `json:"policies"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	Strategy     contact.Strategy     `json:"strategy,omitempty"`
	Hours        contact.Hours        `json:"hours,omitempty"`
	Closing      contact.Closing      `json:"closing,omitzero"`
	// Rule says which routing rule led here, for people.
	Rule string `json:"rule,omitempty"`
	// Redial is the earlier contact of the same person whose place this one
	// keeps, if any.
	Redial  contact.ID `json:"redial,omitempty"`
	Crossed []string   `json:"crossed,omitempty"`
	Decided []Decided  `json:"decided,omitempty"`
	// Authentication says how far the caller is identified: 0, 1 or 2.
	Authentication int `json:"authentication,omitempty"`
	// Menu is the state from which the menu goes on if nobody comes.
	Menu json.RawMessage `json:"menu,omitempty"`
	// Callback says that nobody is on the line: the person is called when an agent is.
	Callback bool `json:"callback,omitempty"`
}

// Circle says who may serve a waiting contact from now on: a step was opened,
// or centers opened or closed. Written by the leader only; void unless the
// contact's version is still the one it was decided on.
type Circle struct {
	ContactVersion uint64 `json:"contact_version"`
	// Step is the number of the step, from 0; it never goes back.
	Step    int              `json:"step"`
	Centers []contact.Center `json:"centers"`
	// Why is a reason for people.
	Why string `json:"why"`
}

// GivenUp ends the wait of an accepted contact whom nobody will serve any more:
// the centers are closed, or nobody who could serve is left. What follows is
// the menu's business. Written by the leader only.
type GivenUp struct {
	ContactVersion uint64 `json:"contact_version"`
	// Reason is Closed or NoAgent.
	Reason contact.Refusal `json:"reason"`
}

// Candidate is an agent who was considered for an offer.
type Candidate struct {
	Agent      contact.Agent `json:"agent"`
	ReadySince int64         `json:"ready_since"`
	Level      int           `json:"level,omitempty"`
}

// Offered reserves an agent for a contact. Written by the leader only; void
// unless all three versions are still those it was decided on.
type Offered struct {
	Contact contact.ID    `json:"contact"`
	Agent   contact.Agent `json:"agent"`
	Queue   contact.Queue `json:"queue"`
	// Center is the agent's center when the offer was made.
	Center         contact.Center `json:"center"`
	ContactVersion uint64         `json:"contact_version"`
	AgentVersion   uint64         `json:"agent_version"`
	QueueVersion   uint64         `json:"queue_version"`
	// PossibleSince is when both sides were there, in µs: the start of the
	// offer latency.
	PossibleSince int64 `json:"possible_since"`
	// Rule names the strategy by which this agent won, Level his level in what is
	// needed if it matters, ReadySince what counted for his turn, in µs; RunnersUp
	// are at most five others who could have; Refusals count by reason those who
	// were ready too and could not.
	Rule       string         `json:"rule"`
	Level      int            `json:"level,omitempty"`
	ReadySince int64          `json:"ready_since,omitempty"`
	RunnersUp  []Candidate    `json:"runners_up,omitempty"`
	Refusals   map[string]int `json:"refusals,omitempty"`
}

// OfferVoid takes back an accepted offer whose leg was never dialled.
type OfferVoid struct {
	Offer  OfferID `json:"offer"`
	Reason string  `json:"reason"`
}

// Bond is what an observation of Asterisk says of its offer, resolved: enough
// to bind agent and contact again though a failover lost the offer itself.
type Bond struct {
	Agent    contact.Agent    `json:"agent,omitempty"`
	Center   contact.Center   `json:"center,omitempty"`
	Queue    contact.Queue    `json:"queue,omitempty"`
	Policies contact.Policies `json:"policies,omitzero"`
}

// Ringing says that the agent's leg was dialled: the ring was sent at the
// entry's time.
type Ringing struct {
	Offer OfferID `json:"offer"`
	Leg   string  `json:"leg"`
	Bond
}

// Taken says that the agent has taken a mail, or a recorded message, and works on it. The
// contact keeps its place until it is answered: it may still be given back.
type Taken struct {
	Offer OfferID `json:"offer"`
}

// OfferFailed says that the agent's leg ended without an answer; the contact
// is back at its own rank.
type OfferFailed struct {
	Offer  OfferID            `json:"offer"`
	Result contact.RingResult `json:"result"`
	// Cause is the medium's own code (for voice, Q.850).
	Cause int `json:"cause,omitempty"`
}

// Connected says that the contact and the agent were bridged, or that the agent
// has answered a mail, or dealt with a recorded message, which is done by this.
type Connected struct {
	Offer OfferID `json:"offer"`
	// Organisation is the arm the contact began in, ServedBy the center that
	// answered: overflow between arms must not spoil their comparison.
	Organisation contact.Organisation `json:"organisation,omitempty"`
	ServedBy     contact.Center       `json:"served_by"`
	// Reply is the answer to a mail, encrypted with the site key.
	Reply string `json:"reply,omitempty"`
	Bond
}

// LegEnded says that the agent's leg is gone; only this frees an agent.
type LegEnded struct {
	Offer OfferID `json:"offer"`
	// By tells who ended it: "agent", "caller" or "system".
	By string `json:"by"`
}

// NodeDied is the reason of who was cut off because his Asterisk died: it restarted, or
// was gone for good.
const NodeDied = "node_died"

// Closed ends a contact with its outcome.
type Closed struct {
	Outcome contact.Outcome `json:"outcome"`
	Stage   contact.Stage   `json:"stage,omitempty"`
	Refusal contact.Refusal `json:"refusal,omitempty"`
	// Queue is the one that refused a dissuaded contact.
	Queue        contact.Queue        `json:"queue,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// Asked tells whether the person had asked for an agent, and Topic for what.
	Asked bool          `json:"asked,omitempty"`
	Topic contact.Topic `json:"topic,omitempty"`
	// Reason is a sentence for people.
	Reason string `json:"reason,omitempty"`
	// Cancelled says who wanted that somebody is not called back after all; nil if nobody did.
	Cancelled *Cancelled `json:"cancelled,omitempty"`
	// Decided are the branches passed since the fact before.
	Decided []Decided `json:"decided,omitempty"`
}

// Kind implementations, one per struct.
func (Arrived) Kind() Kind     { return KindArrived }
func (Waiting) Kind() Kind     { return KindWaiting }
func (Queued) Kind() Kind      { return KindQueued }
func (Circle) Kind() Kind      { return KindCircle }
func (GivenUp) Kind() Kind     { return KindGivenUp }
func (Offered) Kind() Kind     { return KindOffered }
func (OfferVoid) Kind() Kind   { return KindOfferVoid }
func (Ringing) Kind() Kind     { return KindRinging }
func (Taken) Kind() Kind       { return KindTaken }
func (OfferFailed) Kind() Kind { return KindOfferFailed }
func (Connected) Kind() Kind   { return KindConnected }
func (LegEnded) Kind() Kind    { return KindLegEnded }
func (Closed) Kind() Kind      { return KindClosed }

// decoders has one strict decoder per kind.
var decoders = map[Kind]func([]byte) (Fact, error){
	KindArrived:         decode[Arrived],
	KindWaiting:         decode[Waiting],
	KindQueued:          decode[Queued],
	KindCircle:          decode[Circle],
	KindGivenUp:         decode[GivenUp],
	KindOffered:         decodeOffered,
	KindOfferVoid:       decode[OfferVoid],
	KindRinging:         decode[Ringing],
	KindTaken:           decode[Taken],
	KindOfferFailed:     decode[OfferFailed],
	KindConnected:       decode[Connected],
	KindLegEnded:        decode[LegEnded],
	KindClosed:          decode[Closed],
	KindTransferring:    decode[Transferring],
	KindMessageLeft:     decode[MessageLeft],
	KindMessageDone:     decode[MessageDone],
	KindMessageDeleted:  decode[MessageDeleted],
	KindTransferFailed:  decode[TransferFailed],
	KindTransferred:     decode[Transferred],
	KindTransferEnded:   decode[TransferEnded],
	KindLoggedIn:        decode[LoggedIn],
	KindChanged:         decode[AgentChanged],
	KindLoggedOut:       decode[LoggedOut],
	KindPaused:          decode[Paused],
	KindResumed:         decode[Resumed],
	KindReachable:       decode[Reachable],
	KindExpired:         decode[Expired],
	KindRenewed:         decode[AgentRenewed],
	KindSeated:          decode[AgentSeated],
	KindWrapUp:          decode[AgentWrapUp],
	KindPhone:           decode[AgentPhone],
	KindConfigProposed:  decode[ConfigProposed],
	KindConfigActivated: decode[ConfigActivated],
	KindConfigRefused:   decode[ConfigRefused],

	KindCallbackRequested: decode[CallbackRequested],
	KindCallbackWithdrawn: decode[CallbackWithdrawn],
	KindCallingBack:       decode[CallingBack],
	KindCallbackFailed:    decode[CallbackFailed],

	KindTreated: decode[Treated],
	KindRated:   decode[Rated],

	KindIdentifying: decode[Identifying],
	KindIdentified:  decode[Identified],

	KindLinkClaimed:  decode[LinkClaimed],
	KindLinkReleased: decode[LinkReleased],
	KindForetold:     decode[Foretold],
	KindSteppedOut:   decode[SteppedOut],

	KindAnnounced:           decode[Announced],
	KindAnnouncementCleared: decode[AnnouncementCleared],

	KindRecordingBegun:   decode[RecordingBegun],
	KindRecordingPaused:  decode[RecordingPaused],
	KindRecordingResumed: decode[RecordingResumed],
	KindRecordingEnded:   decode[RecordingEnded],
	KindRecordingDeleted: decode[RecordingDeleted],

	KindHeld:        decode[Held],
	KindRetrieved:   decode[Retrieved],
	KindInvited:     decode[Invited],
	KindPartyJoined: decode[PartyJoined],
	KindPartyMoved:  decode[PartyMoved],
	KindPartyLeft:   decode[PartyLeft],
	KindHandedOver:  decode[HandedOver],
	KindRequeued:    decode[Requeued],
}

// Kinds lists the kinds of this package, in no particular order.
func Kinds() []string {
	kinds := make([]string, 0, len(decoders))
	for k := range decoders {
		kinds = append(kinds, string(k))
	}
	return kinds
}

// Decode reads the data of an entry of the given kind. An unknown kind or a
// field that the struct lacks is an error, never a guess.
func Decode(kind string, data []byte) (Fact, error) {
	read := decoders[Kind(kind)]
	if read == nil {
		return nil, fmt.Errorf("decode fact: unknown kind %q", kind)
	}
	f, err := read(data)
	if err != nil {
		return nil, fmt.Errorf("decode fact %s: %w", kind, err)
	}
	return f, nil
}

func decode[T Fact](data []byte) (Fact, error) {
	var f T
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("something after the value")
	}
	return f, nil
}
