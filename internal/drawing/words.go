package drawing

import (
	"fmt"
	"strings"

	"github.com/guichet/guichet/ivr"
)

// kind is what sort of node a card shows; it decides shape, icon and color. It is
// the word for it, too.
type kind string

const (
	arrival  kind = "arrival"
	play     kind = "play"
	set      kind = "set"
	flow     kind = "flow"
	menu     kind = "menu"
	collect  kind = "collect"
	identify kind = "identify"
	hours    kind = "hours"
	branch   kind = "branch"
	lookup   kind = "lookup"
	http     kind = "http"
	online   kind = "link"
	callback kind = "callback"
	message  kind = "message"
	queue    kind = "queue"
	transfer kind = "transfer"
	hangup   kind = "hangup"
)

// kindOf names the type of a node. One that this package does not know has its own
// name as kind, and the shape of no other.
func kindOf(id ivr.NodeID, node ivr.Node) kind {
	switch n := node.(type) {
	case *ivr.Set:
		if strings.HasPrefix(string(n.Next), string(id)+"/") {
			return flow // the nodes of a flow are named after the node that uses it
		}
		return set
	case *ivr.Play:
		return play
	case *ivr.Menu:
		return menu
	case *ivr.Collect:
		return collect
	case *ivr.Identify:
		return identify
	case *ivr.Hours:
		return hours
	case *ivr.Branch:
		return branch
	case *ivr.Lookup:
		return lookup
	case *ivr.HTTP:
		return http
	case *ivr.Link:
		return online
	case *ivr.CallbackNode:
		return callback
	case *ivr.Voicemail:
		return message
	case *ivr.Queue:
		return queue
	case *ivr.Transfer:
		return transfer
	case *ivr.Hangup:
		return hangup
	}
	_, name, _ := strings.Cut(fmt.Sprintf("%T", node), ".")
	return kind(strings.ToLower(name))
}

// meanings say what the kinds are, for the legend.
var meanings = map[kind]string{
	arrival:  "callers arrive",
	play:     "something is said",
	set:      "something is noted",
	flow:     "a shared part begins",
	menu:     "callers choose by key",
	collect:  "callers type a number",
	identify: "callers type who they are",
	hours:    "a calendar decides",
	branch:   "a condition decides",
	lookup:   "a table is looked into",
	http:     "a server is asked",
	online:   "a message with a link",
	callback: "callers are called back",
	message:  "callers leave a message",
	queue:    "callers ask for an agent",
	transfer: "a number outside is called",
	hangup:   "last words, end of call",
}

// meaning says what happens at a target that is no node.
func meaning(to ivr.Target) string {
	switch to {
	case ivr.Repeat:
		return "again"
	case ivr.Back:
		return "one step back"
	case ivr.Home:
		return "from the start"
	}
	return "hangs up"
}

// exitWords are what the exits are called here. Those of new types of nodes are
// called as in the site folder.
var exitWords = map[string]string{
	"on_no_input":    "nothing pressed",
	"on_invalid":     "wrong key",
	"on_full":        "full",
	"on_closed":      "closed",
	"on_no_agent":    "no agent",
	"on_unreachable": "local service not reached",
	"on_busy":        "busy",
	"on_no_answer":   "no answer",
	"exception":      "exceptionally closed",
	"else":           "otherwise",
	"on_success":     "answered",
	"on_timeout":     "too late",
	"on_error":       "no usable answer",
	"on_empty":       "nothing was said",
}

func wordsFor(node ivr.Node, w ivr.Way) string {
	switch n := node.(type) {
	case *ivr.Menu:
		if w.Name == "on_failure" {
			return attemptsUsed(n.MaxAttempts, "wrong key")
		}
	case *ivr.Link:
		if w.Name == "on_error" {
			return "not accepted"
		}
	case *ivr.Transfer:
		if w.Name == "on_error" {
			return "not reached"
		}
	case *ivr.Voicemail:
		switch w.Name {
		case "goto":
			return "kept"
		case "on_full":
			return "mailbox full"
		case "on_error":
			return "not recorded"
		}
	case *ivr.HTTP:
		if status, is := strings.CutPrefix(w.Name, "on_status."); is {
			return status
		}
	case *ivr.CallbackNode:
		switch w.Name {
		case "on_accepted":
			return "call promised"
		case "on_refused":
			return "no call wanted, or none possible"
		case "on_full":
			return "too many to be called"
		case "on_already":
			return "promised already"
		case "on_error":
			return "cannot be promised"
		case "on_invalid":
			return "no number to call"
		case "on_failure":
			return attemptsUsed(n.MaxAttempts, "no number to call")
		}
	case *ivr.Identify:
		switch w.Name {
		case "on_invalid":
			return "not plausible"
		case "on_failure":
			return attemptsUsed(n.MaxAttempts, "not plausible")
		}
	case *ivr.Collect:
		switch w.Name {
		case "goto":
			return "accepted"
		case "on_invalid":
			return "not accepted"
		case "on_failure":
			return attemptsUsed(n.MaxAttempts, "not accepted")
		}
	}
	switch known, ok := exitWords[w.Name]; {
	case w.Label != "" || w.Keys != "" || w.Name == "goto":
		return w.Label
	case ok:
		return known
	}
	return strings.ReplaceAll(w.Name, "_", " ")
}

// attemptsUsed names the exit that is taken after the last attempt; if that is
// the first, it says what becomes of it.
func attemptsUsed(attempts int, wrong string) string {
	if attempts == 1 {
		return "nothing pressed or " + wrong
	}
	return fmt.Sprintf("all %d attempts used", attempts)
}

// isTrouble tells exits that callers do not choose.
func isTrouble(name string) bool {
	return name == "refused" || strings.HasPrefix(name, "on_") && name != "on_success" && !strings.HasPrefix(name, "on_status.")
}

// line is the text of a row in one line, such as "1 Paiement".
func (r row) line() string { return strings.TrimSpace(r.keys + " " + r.words) }
