package ivr

import (
	"fmt"
	"strings"

	"github.com/guichet/guichet/internal/contact"
)

// Link sends the caller a message with a link to the online service, by a gateway
// for SMS or mail. Consent was asked before, by a menu.
type Link struct {
	Common
	Inquiry
	Channel Channel
	// To is who gets it: the caller's number, or a variable.
	To *Template
	// Text is the message.
	Text *Template
	// PerDay is how many one person may get in a day.
	PerDay int
	// Sent is taken when the gateway accepted the message, Refused when it may not
	// be sent to this caller, Error when it was not accepted.
	Sent, Refused, Error Exit
}

// Channel is how a message reaches a person.
type Channel string

// The channels.
const (
	SMS  Channel = "sms"
	Mail Channel = "email"
)

// LinkNames are the values that only the texts of a link have: to whom and what.
var LinkNames = []string{"to", "text"}

// The bounds of a message.
const (
	maxMessage    = 480 // three parts of an SMS
	maxLinkPerDay = 20
	maxAddress    = 254
)

// Refused ways of a link, which are decided before anything is sent.
const (
	// NotMobile: the number takes no SMS, or is not known.
	NotMobile Failure = "not_a_mobile"
	// NoAddress: there is no address to send a mail to.
	NoAddress Failure = "no_address"
)

func (n *Link) exits(visit func(string, Exit)) {
	visit("sent", n.Sent)
	visit("refused", n.Refused)
	visit("on_error", n.Error)
}

func (n *Link) inquiry() *Inquiry { return &n.Inquiry }

func (n *Link) reads(visit func(key, variable string, use Use)) {
	n.To.visit("to", visit)
	n.Text.visit("text", visit)
	n.Inquiry.reads(visit)
}

func (n *Link) request(v values) (Fetch, Failure) {
	to := n.To.fill(v, verbatim)
	switch n.Channel {
	case SMS:
		number, ok := contact.ParseNumber(to)
		if !ok || !number.Mobile() {
			return Fetch{}, NotMobile
		}
		to = string(number)
	default:
		if !isAddress(to) {
			return Fetch{}, NoAddress
		}
	}
	text := n.Text.fill(v, verbatim)
	v.more = map[string]string{"to": to, "text": text}
	f, ok := n.fetch(v)
	if !ok || len([]rune(text)) > maxMessage {
		return Fetch{}, Unfit
	}
	f.Message = &Message{Channel: n.Channel, To: to, PerDay: n.PerDay}
	return f, ""
}

// judge takes the exits by what became of the message.
func (n *Link) judge(a Fetched) verdict {
	switch {
	case a.Failure == Limited || a.Failure == NotMobile || a.Failure == NoAddress:
		return verdict{name: "refused", exit: n.Refused}
	case a.Failure == "" && a.Status/100 == 2:
		return verdict{name: "sent", exit: n.Sent, served: n.Serves}
	}
	return verdict{name: "on_error", exit: n.Error}
}

// isAddress reports whether a text can be one address of a mailbox: nothing in it
// could name a second one or begin a header.
func isAddress(text string) bool {
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || len(text) > maxAddress || !strings.Contains(domain, ".") || strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") {
		return false
	}
	return strings.IndexFunc(local, notInLocal) < 0 && strings.IndexFunc(domain, notInDomain) < 0
}

func notInLocal(r rune) bool { return !isAlphanumeric(r) && !strings.ContainsRune(".-_+'", r) }

func notInDomain(r rune) bool { return !isAlphanumeric(r) && r != '.' && r != '-' }

func isAlphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// link checks a node.
func (c *checker) link(id NodeID, n *Link) {
	c.inquiry(id, &n.Inquiry)
	if n.Channel != SMS && n.Channel != Mail {
		c.fault(id, "channel", "write sms or email", "there is no channel %q", n.Channel)
	}
	if !n.To.whole() {
		c.fault(id, "to", "write caller, or var.name", "a message goes to one value of the call")
	}
	if written := len([]rune(n.Text.String())); written == 0 || written > maxMessage {
		c.fault(id, "text", fmt.Sprintf("between 1 and %d characters", maxMessage), "the message has %d characters", written)
	}
	if n.PerDay < 1 || n.PerDay > maxLinkPerDay {
		c.fault(id, "per_day", fmt.Sprintf("between 1 and %d", maxLinkPerDay), "per_day cannot be %d", n.PerDay)
	}
	if n.Path.has("to") || n.Path.has("text") {
		c.fault(id, "path", "write them in the body or the form: addresses are logged on the way", "a number or a message has no place in a URL")
	}
	if n.Body == nil || !n.Body.says("to") {
		c.fault(id, "body", "write body: {to: \"{to}\", text: \"{text}\"}, as the gateway wants it", "the gateway is not told to whom")
	}
}
