package observer

import (
	"encoding/json"
	"strings"
)

// account is the protocol's part of the state: who holds what, and which facts
// have been said already (docs/ledger.md, section 3, rows 1 to 11). The bounds of
// what is remembered are beyond the length of a test.
type account struct {
	gen      uint64
	last     string // position
	nodes    map[string]holding
	beats    map[string]string // id of the last one, by controller
	seqs     map[string]uint64
	answered map[string]bool // operations
}

type holding struct {
	holder, epoch string
	waiting       bool // for caught_up
}

func newAccount() *account {
	return &account{
		last: "0-0/" + noDigest, nodes: map[string]holding{}, beats: map[string]string{},
		seqs: map[string]uint64{}, answered: map[string]bool{},
	}
}

// writers says in which role each kind may be written, by the first word of the
// role.
var writers = map[string]string{
	"genesis": "ledger", "history": "ledger", "beat": "controller", "take": "controller", "yield": "controller",
	"caught_up": "owner leader", "format_raised": "leader", "history_gap": "leader",
	"arrived": "owner", "waiting": "owner", "queued": "owner", "circle": "leader", "given_up": "leader",
	"offered": "leader", "offer_void": "owner", "ringing": "owner", "taken": "owner", "offer_failed": "owner",
	"connected": "owner", "leg_ended": "owner", "transferring": "owner", "transfer_failed": "owner",
	"transferred": "owner", "transfer_ended": "owner", "closed": "owner",
	"callback_requested": "owner", "callback_withdrawn": "owner", "calling_back": "owner", "callback_failed": "owner",
	"treated":         "api",
	"rated":           "owner",
	"recording_begun": "owner", "recording_paused": "owner", "recording_resumed": "owner", "recording_ended": "owner",
	"recording_deleted": "api leader",
	"link_claimed":      "owner", "link_released": "owner",
	"foretold": "owner", "stepped_out": "owner",
	"held": "owner", "retrieved": "owner", "identifying": "owner", "identified": "owner", "invited": "owner", "party_joined": "owner", "party_moved": "owner",
	"party_left": "owner", "handed_over": "owner", "requeued": "owner",
	"message_left": "owner", "message_done": "api", "message_deleted": "leader",
	"agent_logged_in": "api", "agent_changed": "api", "agent_renewed": "leader", "agent_logged_out": "api leader",
	"agent_seated": "api", "agent_wrap_up": "api", "agent_phone": "owner",
	"agent_paused": "api", "agent_resumed": "api", "agent_reachable": "owner", "expired": "leader",
	"announced": "api", "announcement_cleared": "api",
	"config_proposed": "api", "config_activated": "leader", "config_refused": "leader",
}

// follows reports whether e continues what was read.
func (a *account) follows(e entry) bool {
	if e.prev != a.last {
		return false
	}
	switch e.Kind {
	case "genesis":
		return e.Gen > a.gen
	case "history":
		return a.gen > 0 && e.Gen > a.gen
	}
	return e.Gen == a.gen && a.gen > 0
}

// accepts takes an entry that follows, and reports whether the protocol accepts
// it; of the domain's kinds the content is still to be judged.
func (a *account) accepts(e entry) bool {
	a.last, a.gen = e.position(), e.Gen
	role, node, _ := strings.Cut(e.Role, ":")
	if !strings.Contains(" "+writers[e.Kind]+" ", " "+role+" ") {
		return false
	}
	if role == "leader" {
		node = "site"
	} else if node == "site" {
		return false
	}
	if node != "" {
		if h := a.nodes[node]; h.holder == "" || h.holder != e.Writer || h.epoch != e.Epoch {
			return false
		}
	}
	if isProtocol(e.Kind) {
		return a.protocol(e, node)
	}
	if role == "owner" && !a.inSequence(e) {
		return false
	}
	if e.Op == "" {
		return role != "api"
	}
	if a.answered[e.Op] {
		return false
	}
	a.answered[e.Op] = true
	return true
}

func isProtocol(kind string) bool {
	switch kind {
	case "genesis", "history", "beat", "take", "yield", "caught_up", "format_raised", "history_gap":
		return true
	}
	return false
}

// inSequence uses up the number of an owner's fact.
func (a *account) inSequence(e entry) bool {
	if e.Subject == "" || e.Seq != a.seqs[e.Subject]+1 {
		return false
	}
	a.seqs[e.Subject] = e.Seq
	return true
}

func (a *account) protocol(e entry, spokenFor string) bool {
	switch e.Kind {
	case "genesis", "history":
		for name, h := range a.nodes {
			h.waiting = h.waiting || h.holder != "" && name != "site"
			a.nodes[name] = h
		}
	case "beat":
		if e.Subject != e.Writer {
			return false
		}
		a.beats[e.Writer] = e.id
	case "take":
		return a.take(e)
	case "yield":
		h := a.nodes[e.Subject]
		if h.holder == "" || h.holder != e.Writer || h.epoch != e.Epoch {
			return false
		}
		a.nodes[e.Subject] = holding{waiting: h.waiting}
	case "caught_up":
		h, taken := a.nodes[e.Subject]
		if !taken || spokenFor != "site" && spokenFor != e.Subject {
			return false
		}
		h.waiting = false
		a.nodes[e.Subject] = h
	}
	return true
}

func (a *account) take(e entry) bool {
	var expects struct{ Holder, Beat string }
	if json.Unmarshal(e.Data, &expects) != nil || e.Subject == "" {
		return false
	}
	h := a.nodes[e.Subject]
	beat := a.beats[h.holder]
	if beat == "" {
		beat = "0-0"
	}
	if h.holder != expects.Holder || beat != expects.Beat {
		return false
	}
	a.nodes[e.Subject] = holding{holder: e.Writer, epoch: e.id, waiting: h.waiting}
	return true
}

// waiting reports whether a node has not caught up: no offer is valid then.
func (a *account) waiting() bool {
	for _, h := range a.nodes {
		if h.waiting {
			return true
		}
	}
	return false
}
