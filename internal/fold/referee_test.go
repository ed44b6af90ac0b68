package fold_test

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/guichet/guichet/internal/ledger"
)

// referee judges entries by the acceptance table of docs/ledger.md, rows 1 to
// 11, and shares no code with the fold.
type referee struct {
	gen     uint64
	last    ledger.Position
	holders map[string]holding
	beats   map[string]ledger.ID
	waiting map[string]bool
	taken   map[string]bool // ever
	seqs    map[string]uint64
	answers map[string]*record // by operation
}

type holding struct {
	writer string
	epoch  ledger.ID
}

func newReferee() *referee {
	return &referee{
		holders: map[string]holding{}, beats: map[string]ledger.ID{}, waiting: map[string]bool{}, taken: map[string]bool{},
		seqs: map[string]uint64{}, answers: map[string]*record{},
	}
}

// mayWrite is the table's column of roles.
var mayWrite = map[string]string{
	"genesis": "ledger", "history": "ledger", "beat": "controller", "take": "controller", "yield": "controller", "caught_up": "owner leader",
	"arrived": "owner", "waiting": "owner", "queued": "owner", "offer_void": "owner", "ringing": "owner", "taken": "owner",
	"offer_failed": "owner", "connected": "owner", "leg_ended": "owner", "closed": "owner", "agent_reachable": "owner",
	"transferring": "owner", "transfer_failed": "owner", "transferred": "owner", "transfer_ended": "owner",
	"callback_requested": "owner", "callback_withdrawn": "owner", "calling_back": "owner", "callback_failed": "owner",
	"treated":      "api",
	"message_left": "owner", "message_done": "api", "message_deleted": "leader",
	"rated":           "owner",
	"recording_begun": "owner", "recording_paused": "owner", "recording_resumed": "owner", "recording_ended": "owner",
	"recording_deleted": "api leader",
	"link_claimed":      "owner", "link_released": "owner",
	"foretold": "owner", "stepped_out": "owner",
	"identifying": "owner", "identified": "owner",
	"held": "owner", "retrieved": "owner", "invited": "owner", "party_joined": "owner", "party_moved": "owner",
	"party_left": "owner", "handed_over": "owner", "requeued": "owner",
	"circle": "leader", "given_up": "leader", "offered": "leader", "expired": "leader", "agent_renewed": "leader",
	"config_activated": "leader", "config_refused": "leader", "config_proposed": "api",
	"agent_logged_in": "api", "agent_changed": "api", "agent_paused": "api", "agent_resumed": "api", "agent_logged_out": "api leader",
	"agent_seated": "api", "agent_wrap_up": "api", "agent_phone": "owner",
}

// saysMore are the kinds of which a later format of the ledger says more.
var saysMore = map[string]bool{
	"queued": true, "requeued": true, "callback_requested": true, "invited": true, "ringing": true, "connected": true,
	"handed_over": true, "arrived": true, "message_left": true, "closed": true,
	"agent_logged_in": true, "agent_seated": true, "agent_renewed": true, "expired": true,
}

// stops says why an entry may not be folded at all.
func (r *referee) stops(e ledger.Entry) string {
	fromHere := e.Gen == r.gen && r.gen > 0 || e.Kind == "history" && r.gen > 0 && e.Gen > r.gen || e.Kind == "genesis" && e.Gen > r.gen
	switch {
	case e.Prev != r.last || !fromHere:
		return "broken_chain"
	case mayWrite[e.Kind] == "":
		return "unknown_kind"
	case e.Format < 1 || e.Format > 7 || e.Format > 1 && !saysMore[e.Kind]:
		return "unknown_format"
	}
	return ""
}

// judge says why an entry is void, or nothing, and remembers it.
func (r *referee) judge(rec *record) string {
	e := rec.entry
	raised := e.Gen > r.gen
	r.gen, r.last = e.Gen, e.Self
	role, node, _ := strings.Cut(e.Role, ":")
	if role == "leader" {
		node = "site"
	}
	switch {
	case !strings.Contains(mayWrite[e.Kind], role) || role == "owner" && node == "site":
		return "wrong_role"
	case node != "" && r.holders[node] != holding{e.Writer, e.Epoch}:
		return "not_holder"
	}
	switch e.Kind {
	case "genesis", "history":
		return r.begin(raised)
	case "beat":
		r.beats[e.Writer] = e.Self.ID
		return ""
	case "take":
		return r.take(e)
	case "yield":
		if r.holders[e.Subject] != (holding{e.Writer, e.Epoch}) {
			return "not_holder"
		}
		delete(r.holders, e.Subject)
		return ""
	case "caught_up":
		if !r.taken[e.Subject] || role == "owner" && node != e.Subject {
			return "malformed"
		}
		delete(r.waiting, e.Subject)
		return ""
	}
	if role == "api" && e.Op == "" {
		return "malformed"
	}
	if role == "owner" {
		switch last := r.seqs[e.Subject]; {
		case e.Seq <= last:
			return "duplicate"
		case e.Seq > last+1:
			return "hole"
		}
		r.seqs[e.Subject] = e.Seq
	}
	if e.Op != "" {
		if r.answers[e.Op] != nil {
			return "known_operation"
		}
		r.answers[e.Op] = rec
	}
	return ""
}

func (r *referee) begin(raised bool) string {
	if !raised {
		return "malformed"
	}
	for node := range maps.Keys(r.holders) {
		if node != "site" {
			r.waiting[node] = true
		}
	}
	return ""
}

func (r *referee) take(e ledger.Entry) string {
	var expects struct {
		Holder string    `json:"holder"`
		Beat   ledger.ID `json:"beat"`
	}
	if err := json.Unmarshal(e.Data, &expects); err != nil {
		return "malformed"
	}
	holder := r.holders[e.Subject].writer
	if holder != expects.Holder || r.beats[holder] != expects.Beat {
		return "taken_since"
	}
	r.holders[e.Subject], r.taken[e.Subject] = holding{e.Writer, e.Self.ID}, true
	return ""
}
