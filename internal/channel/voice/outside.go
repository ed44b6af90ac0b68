package voice

import (
	"fmt"
	"strings"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
)

// Trunk is the endpoint by which the outside is reached, with a place for the
// number: PJSIP/{number}@trunk dials +33299000001, and {national} stands for
// 0299000001, for operators who want that. Empty when the site has none.
type Trunk string

// endpoint is what reaches a number; ok is false without a trunk, or for what
// is no number to dial.
func (t Trunk) endpoint(number string) (endpoint string, ok bool) {
	n, ok := contact.ParseNumber(number)
	if !ok || t == "" {
		return "", false
	}
	return strings.NewReplacer("{number}", string(n), "{national}", n.National()).Replace(string(t)), true
}

// callOut calls a local service through the trunk, which is shown who really
// calls.
func (l *Line) callOut(out *Out, c engine.CallOut) {
	endpoint, ok := l.trunk.endpoint(c.Number)
	if !ok {
		out.tell(nobodyThere(c.Transfer))
		return
	}
	l.begin(out, c.Transfer, callee{endpoint: endpoint, timeout: c.Timeout, variables: l.identity(), outside: true})
}

// nobodyThere tells of a leg that cannot be made.
func nobodyThere(o fact.OfferID) engine.AgentLeft {
	return engine.AgentLeft{Offer: o, Result: contact.Unreachable}
}

// identity presents the caller's own number, as From and P-Asserted-Identity of
// the trunk; nothing of ours goes outside with it, neither the name that agents
// see nor the contact's id. The names of variables are sent in their order, so
// the presentation comes last and holds for the number before it.
func (l *Line) identity() map[string]string {
	presentation := "allowed"
	if l.withheld || l.number == "" {
		presentation = "prohib"
	}
	return map[string]string{
		"CONNECTEDLINE(all,i)":  fmt.Sprintf("<%s>", shownNumber(l.number)),
		"CONNECTEDLINE(pres,i)": presentation,
	}
}
