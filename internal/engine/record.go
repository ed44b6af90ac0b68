package engine

import (
	"encoding/json"
	"slices"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Record is what the ledger knows of one contact: the fold of its accepted
// facts. Every controller that folded the same facts holds the same record, and
// a session can be taken up again from it. Times are µs of site time.
type Record struct {
	ID         contact.ID     `json:"id"`
	Medium     contact.Medium `json:"medium"`
	Entry      contact.Entry  `json:"entry"`
	Node       contact.Node   `json:"node"`
	Line       string         `json:"line"`
	Caller     string         `json:"caller,omitempty"`
	CallerHash string         `json:"caller_hash,omitempty"`
	Withheld   bool           `json:"withheld,omitempty"`
	Config     string         `json:"config"`
	ArrivedAt  int64          `json:"arrived_at"`
	Rank       int64          `json:"rank"`
	// Mail is what a mail says; nil for a call.
	Mail *fact.Mail `json:"mail,omitempty"`
	// Voicemail is the recorded message for which the contact was born; nil for any other.
	// Urgent says that it waits in the last quarter of its time, with the priority of that.
	Voicemail *fact.Voicemail `json:"voicemail,omitempty"`
	Urgent    bool            `json:"urgent,omitempty"`

	// Menu is the state from which the menu can be resumed, at MenuNode.
	Menu     json.RawMessage `json:"menu,omitempty"`
	MenuNode string          `json:"menu_node,omitempty"`
	// Path are the nodes that were crossed, the last ones of many.
	Path  []string      `json:"path,omitempty"`
	Asked bool          `json:"asked,omitempty"`
	Topic contact.Topic `json:"topic,omitempty"`
	// Authentication says how far the caller is identified.
	Authentication int `json:"authentication,omitempty"`

	Queue        contact.Queue        `json:"queue,omitempty"`
	Department   contact.Department   `json:"department,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	Priority     int                  `json:"priority,omitempty"`
	Policies     contact.Policies     `json:"policies"`
	// QueuedAt is the first queueing: waits count from it. Queueings counts them.
	QueuedAt  int64 `json:"queued_at,omitempty"`
	Queueings int   `json:"queueings,omitempty"`
	// GivenUp is why nobody will serve the contact where it waited last.
	GivenUp contact.Refusal `json:"given_up,omitempty"`

	// Offer is the offer being tried or talked through, with its agent and the
	// agent's center.
	Offer     fact.OfferID   `json:"offer,omitempty"`
	OfferedAt int64          `json:"offered_at,omitempty"`
	Agent     contact.Agent  `json:"agent,omitempty"`
	Center    contact.Center `json:"center,omitempty"`
	RungAt    int64          `json:"rung_at,omitempty"`
	// TakenAt is when the agent took a mail to answer it.
	TakenAt    int64          `json:"taken_at,omitempty"`
	ServedBy   contact.Center `json:"served_by,omitempty"`
	AnsweredAt int64          `json:"answered_at,omitempty"`
	// LegEndedAt is when the agent who answered was gone.
	LegEndedAt int64 `json:"leg_ended_at,omitempty"`

	// Transfer is the local service being called or talked to. Once answered it
	// is TransferredAt; Unreached is why the last one was not, until the menu has
	// gone on, and Tried are the numbers that were not.
	Transfer      *Transfer          `json:"transfer,omitempty"`
	TransferredAt int64              `json:"transferred_at,omitempty"`
	Unreached     contact.RingResult `json:"unreached,omitempty"`
	Tried         []string           `json:"tried,omitempty"`

	// Told is what the caller was told of the wait; nil if nothing was. SteppedOut is the
	// key by which he left a queue, until he queues again.
	Told       *Told  `json:"told,omitempty"`
	SteppedOut string `json:"stepped_out,omitempty"`

	// HeldAt is since when the caller is on hold, 0 while he is not. Parties are those of
	// the conversation beside the caller and who has the call. Returned says that the
	// caller was answered, and waits in a queue again. Identifying says that he is on hold to be
	// asked who he is.
	HeldAt      int64   `json:"held_at,omitempty"`
	Identifying bool    `json:"identifying,omitempty"`
	Parties     []Party `json:"parties,omitempty"`
	Returned    bool    `json:"returned,omitempty"`
	// Unsent says that the caller was sent to an agent who was seen with another contact
	// since, and that nobody else has the call: he is owed a place in his queue.
	Unsent bool `json:"unsent,omitempty"`
	// Moves is how often agents have sent the caller on to a queue, and Transfers how often
	// he was passed on from one agent to another, or to one who was not reached.
	Moves     int `json:"moves,omitempty"`
	Transfers int `json:"transfers,omitempty"`

	// Tape is the recording of the conversation, nil while there is none; Tapes counts them
	// all, and TapeOver says that the one of this conversation is over.
	Tape     *Tape `json:"tape,omitempty"`
	Tapes    int   `json:"tapes,omitempty"`
	TapeOver bool  `json:"tape_over,omitempty"`

	// Rating is the key by which the caller answered what he was asked after the call, at
	// RatedAt; without one he gave no answer. RatedAt is 0 until then.
	Rating  string `json:"rating,omitempty"`
	RatedAt int64  `json:"rated_at,omitempty"`

	// CallsFor is the contact of the message for which an agent calls the person; empty of who
	// has come himself.
	CallsFor contact.ID `json:"calls_for,omitempty"`

	// Callback is the promise to call the person back; nil without one.
	Callback *Callback `json:"callback,omitempty"`

	// Link is the message with a link that was claimed last; nil without one.
	Link *Link `json:"link,omitempty"`

	Outcome  contact.Outcome `json:"outcome,omitempty"`
	Stage    contact.Stage   `json:"stage,omitempty"`
	Refusal  contact.Refusal `json:"refusal,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	ClosedAt int64           `json:"closed_at,omitempty"`
}

// Answered reports whether the person was ever bridged to an agent: that is the outcome.
func (r *Record) Answered() bool { return r.AnsweredAt != 0 }

// Connected reports whether the person is or was bridged to an agent, and does not wait
// for another one since.
func (r *Record) Connected() bool { return r.AnsweredAt != 0 && !r.Returned }

// waits reports whether the contact holds a place in a queue, unless an offer
// or an outcome says more.
func (r *Record) waits() bool { return r.Queue != "" && r.GivenUp == "" && r.SteppedOut == "" }

// Leg names the leg beside the caller's own, if there is one: that of the live
// offer, or that of the live transfer.
func (r *Record) Leg() fact.OfferID {
	if r.Transfer != nil {
		return r.Transfer.ID
	}
	return r.Offer
}

// Over reports whether nothing of the contact is left: it is closed and no
// other leg is bound to it.
func (r *Record) Over() bool { return r.ClosedAt != 0 && r.Leg() == "" && len(r.Parties) == 0 }

// Apply folds one accepted fact about the contact. What an offer's facts may
// do is judged by acd beforehand; Apply keeps the story.
func (r *Record) Apply(at int64, id fact.OfferID, f fact.Fact) {
	r.crossed(fact.CrossedOf(f))
	switch f := f.(type) {
	case fact.Arrived:
		r.Medium, r.Entry, r.Node, r.Line = f.Medium, f.Entry, f.Node, f.Line
		r.Caller, r.CallerHash, r.Withheld, r.Config = f.Caller, f.CallerHash, f.Withheld, f.Config
		r.ArrivedAt, r.Rank, r.Mail, r.Voicemail = at, f.Rank, f.Mail, f.Voicemail
		if f.CallsBack != nil {
			r.callsBack(at, *f.CallsBack)
		}
	case fact.Waiting:
		r.Menu, r.MenuNode, r.Unreached = f.Menu, f.Node, ""
		r.Authentication = f.Authentication
		if f.Asked != "" {
			r.Asked, r.Topic = true, f.Asked
		}
	case fact.Queued:
		r.queued(at, f)
	case fact.GivenUp:
		r.GivenUp = f.Reason
	case fact.Foretold:
		r.foretold(at, f)
	case fact.SteppedOut:
		r.GivenUp, r.SteppedOut = "", f.Key
		r.leaves(at)
	case fact.MessageLeft:
		r.Menu = f.Menu
	case fact.MessageDone:
		r.heardBy(at, f)
	case fact.Offered:
		r.Offer, r.OfferedAt, r.Agent, r.Center, r.RungAt, r.TakenAt = id, at, f.Agent, f.Center, 0, 0
	case fact.Ringing:
		r.bound(at, f.Offer, f.Bond)
		r.RungAt = at
	case fact.Taken:
		r.TakenAt = at
	case fact.OfferVoid:
		r.WithoutOffer(f.Offer)
	case fact.OfferFailed:
		r.WithoutOffer(f.Offer)
	case fact.Connected:
		r.bound(at, f.Offer, f.Bond)
		r.Returned, r.TapeOver = false, false
		r.heard()
		if !r.Answered() {
			r.Outcome, r.AnsweredAt, r.ServedBy = contact.Answered, at, f.ServedBy
		}
	case fact.LegEnded:
		r.legEnded(at, f)
	case fact.Rated:
		r.Rating, r.RatedAt = f.Key, at
	case fact.LinkClaimed:
		r.Link = &Link{N: f.N, To: f.To, At: at}
	case fact.LinkReleased:
		r.linkReleased()
	case fact.Closed:
		r.closed(at, f)
	case fact.RecordingBegun, fact.RecordingPaused, fact.RecordingResumed, fact.RecordingEnded:
		r.applyTape(at, f)
	default:
		r.applyTransfer(at, f)
	}
}

// maxPath bounds what is kept of the way through the menu.
const maxPath = 30

func (r *Record) crossed(nodes []string) {
	if len(nodes) == 0 {
		return
	}
	path := append(slices.Clone(r.Path), nodes...) // a copy: who reads a record may keep it
	r.Path = path[max(0, len(path)-maxPath):]
}

// bound takes up an offer that the ledger had lost; acd accepted it again.
func (r *Record) bound(at int64, o fact.OfferID, b fact.Bond) {
	if o != r.Offer {
		r.Offer, r.OfferedAt, r.Agent, r.Center, r.RungAt, r.TakenAt = o, at, b.Agent, b.Center, 0, 0
	}
}

// bond is what an observation says of the live offer.
func (r *Record) bond() fact.Bond {
	return fact.Bond{Agent: r.Agent, Center: r.Center, Queue: r.Queue, Policies: r.Policies}
}

func (r *Record) noOffer() {
	r.Offer, r.OfferedAt, r.Agent, r.Center, r.RungAt, r.TakenAt = "", 0, "", "", 0, 0
}

// WithoutOffer forgets an offer if it is the live one: a contact that is tried
// at one agent may have to refuse another's offer at the same time.
func (r *Record) WithoutOffer(o fact.OfferID) {
	if o == r.Offer {
		r.noOffer()
	}
}

// legEnded keeps who answered; an offer that came to nothing leaves no trace.
func (r *Record) legEnded(at int64, f fact.LegEnded) {
	switch {
	case f.Offer != r.Offer:
		r.withoutParty(f.Offer) // who was let go
	case r.Connected():
		r.Offer, r.LegEndedAt = "", at
	default:
		r.noOffer()
	}
}

// routed notes where the contact counts. The organisation is that of its first
// queueing or transfer: it is known with the department, and another one later
// would spoil the comparison of the two.
func (r *Record) routed(d contact.Department, o contact.Organisation) {
	r.Department = d
	if r.Organisation == "" {
		r.Organisation = o
	}
}

func (r *Record) queued(at int64, f fact.Queued) {
	r.Queue = f.Queue
	r.calledOrNot(f.Callback)
	r.routed(f.Department, f.Organisation)
	r.Priority, r.Policies, r.Rank = f.Priority, f.Policies, f.Rank
	r.Asked, r.GivenUp, r.Unreached, r.SteppedOut = true, "", "", ""
	r.Queueings++
	r.Urgent = r.Voicemail != nil && r.Voicemail.Urgent(at)
	r.Authentication = f.Authentication
	if len(f.Menu) > 0 {
		r.Menu = f.Menu
	}
	if f.Topic != "" {
		r.Topic = f.Topic
	}
	if r.QueuedAt == 0 {
		r.QueuedAt = at
	}
}

// closed fixes the outcome, unless the first bridge has fixed it already.
func (r *Record) closed(at int64, f fact.Closed) {
	r.ClosedAt, r.Reason, r.Tape, r.Unsent = at, f.Reason, nil, false
	if f.Asked {
		r.Asked = true
	}
	if f.Topic != "" {
		r.Topic = f.Topic
	}
	if r.Outcome != contact.StillHere {
		return
	}
	r.Outcome, r.Stage, r.Refusal = f.Outcome, f.Stage, f.Refusal
	if f.Queue != "" && r.Queue == "" {
		r.Queue = f.Queue
	}
	if r.Organisation == "" {
		r.Organisation = f.Organisation
	}
}
