package rehearsal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Step is one thing that a test lets happen, or demands. Run does it, and says
// what was missed if the call is not as it should be.
//
// A demand is patient: it listens until it holds or a silence comes. So only what
// matters has to be written.
type Step interface{ Run(c *Call) *Miss }

// Miss is what was to come and what came instead. Hint says what to do about it,
// where there is more to say than to look at the tree.
type Miss struct{ Wanted, Came, Hint string }

// The steps.
type (
	// Hears listens until these prompts were heard, one right after the other, since
	// the caller's latest deed or the Hears before.
	Hears struct{ Prompts []ivr.Prompt }
	// Press presses keys, one right after the other, whatever is being said.
	Press struct{ Keys string }
	// Wait listens, and then lets time pass in silence.
	Wait struct{ For time.Duration }
	// Silence listens, and then lets time pass up to the next time-out.
	Silence struct{}
	// HangsUp ends the call by the caller's will.
	HangsUp struct{}
	// NotReached lets the number outside that is being called not be reached: nobody
	// answers, unless it says otherwise.
	NotReached struct{ Why contact.RingResult }
	// GivenUp ends the wait in the queue: nobody will come.
	GivenUp struct{ Why contact.Refusal }

	// Arrives demands that the call waits in that queue, or is on the way to that
	// local service, by name or number.
	Arrives struct {
		Queue   contact.Queue
		Service string
	}
	// IsRefused demands that the call was turned away.
	IsRefused struct{ Why contact.Refusal }
	// Path demands all nodes entered since the beginning, in order.
	Path struct{ Nodes []ivr.NodeID }
	// Has demands attributes; an empty one is not there.
	Has struct{ Vars ivr.Vars }
	// Ends demands that the call is over, with an outcome if one is named.
	Ends struct{ As contact.Outcome }
)

// Run implements Step.
func (s Hears) Run(c *Call) *Miss {
	for end := c.demanded + len(s.Prompts); ; end++ {
		if !c.hearUntil(func() bool { return len(c.heard) >= end }) {
			break
		}
		if slices.Equal(c.heard[end-len(s.Prompts):end], s.Prompts) {
			c.demanded = end
			return nil
		}
	}
	came := "silence: "
	if heard := c.heard[c.demanded:]; len(heard) > 0 {
		came = prompts(heard) + ", then "
	}
	return &Miss{Wanted: "to hear " + prompts(s.Prompts), Came: came + c.Stands(), Hint: cmp.Or(s.hint(c), c.hintOfAnswer())}
}

// hint tells an author who has the order wrong.
func (s Hears) hint(c *Call) string {
	if len(s.Prompts) == 1 && slices.Contains(c.heard[:c.demanded], s.Prompts[0]) {
		return "it was heard before: steps stand in the order of the call"
	}
	return ""
}

// hintOfAnswer tells an author that nothing stands in for a back-end.
func (c *Call) hintOfAnswer() string {
	node, silent := c.Unanswered()
	if !silent {
		return ""
	}
	name, _ := StubName(c.scene.Tree, node)
	return fmt.Sprintf("say what it answers: stub: {%s: 200}", name)
}

// prompts writes a list for people, no longer than they read.
func prompts(all []ivr.Prompt) string {
	const shown = 8
	names := make([]string, 0, len(all))
	for _, p := range all {
		names = append(names, string(p))
	}
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown:shown], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// Run implements Step.
func (s Press) Run(c *Call) *Miss {
	for _, key := range []byte(s.Keys) {
		if !c.Press(key) {
			return &Miss{Wanted: "a menu for the key " + string(rune(key)), Came: c.Stands()}
		}
	}
	return nil
}

// Run implements Step.
func (s Wait) Run(c *Call) *Miss { c.Wait(s.For); return nil }

// Run implements Step.
func (Silence) Run(c *Call) *Miss {
	if !c.Silence() {
		return &Miss{Wanted: "something that awaits the caller", Came: c.Stands(), Hint: "write wait: 30s to let time pass all the same"}
	}
	return nil
}

// Run implements Step.
func (HangsUp) Run(c *Call) *Miss {
	if !c.HangUp() {
		return &Miss{Wanted: "a call to hang up", Came: c.Stands(), Hint: "whoever is to hang up during a prompt does not hear it first"}
	}
	return nil
}

// Unreached are the ways in which a number outside is not reached.
var Unreached = []string{string(contact.NoAnswer), string(contact.Busy), string(contact.Refused), string(contact.Unreachable)}

// Run implements Step.
func (s NotReached) Run(c *Call) *Miss {
	if !c.hearUntil(func() bool { return c.sent != nil && c.closed == nil }) {
		return &Miss{Wanted: "a local service that is being called", Came: c.Stands()}
	}
	c.NotReached(cmp.Or(s.Why, contact.NoAnswer))
	return nil
}

// Run implements Step.
func (s GivenUp) Run(c *Call) *Miss {
	if !c.hearUntil(c.Waits) {
		return &Miss{Wanted: "a call that waits in a queue", Came: c.Stands()}
	}
	c.GiveUp(s.Why)
	return nil
}

// hearUntil listens until something holds, and reports whether it does.
func (c *Call) hearUntil(holds func() bool) bool {
	for !holds() {
		if _, more := c.Hear(); !more {
			return false
		}
	}
	return true
}

// HearUntil is for demands of other packages: it listens until something holds,
// and reports whether it does.
func (c *Call) HearUntil(holds func() bool) bool { return c.hearUntil(holds) }

// Run implements Step.
func (s Arrives) Run(c *Call) *Miss {
	c.hearUntil(func() bool { _, sent := c.Decision(); return sent })
	d, _ := c.Decision()
	switch {
	case s.Queue != "" && d.Queue == s.Queue, s.Service != "" && d.Service != nil && (d.Service.Name == s.Service || d.Service.Number == s.Service):
		return nil
	case s.Queue != "":
		return &Miss{Wanted: "the queue " + string(s.Queue), Came: c.Stands(), Hint: decided(d)}
	}
	return &Miss{Wanted: "the local service " + s.Service, Came: c.Stands(), Hint: decided(d)}
}

// decided says which rule sent the call where it is.
func decided(d routing.Decision) string {
	if d.Rule == "" {
		return ""
	}
	return d.Rule + " decided: correct the rule, or the test"
}

// Run implements Step.
func (s IsRefused) Run(c *Call) *Miss {
	if c.hearUntil(func() bool { return c.Refused() != "" }) && c.Refused() == s.Why {
		return nil
	}
	came := c.Stands()
	if why := c.Refused(); why != "" {
		came = "one refused as " + string(why)
	}
	return &Miss{Wanted: "a call refused as " + string(s.Why), Came: came, Hint: s.hint(c)}
}

func (s IsRefused) hint(c *Call) string {
	if !c.Waits() {
		return ""
	}
	write := map[contact.Refusal]string{contact.Full: "{waiting: 300}", contact.NoAgent: "{agents: 0}", contact.Closed: "{open: false}"}[s.Why]
	return fmt.Sprintf("say how the queue is found, such as queues: {%s: %s}", c.Queue(), write)
}

// Run implements Step.
func (s Path) Run(c *Call) *Miss {
	if c.hearUntil(func() bool { return slices.Equal(c.path, s.Nodes) }) {
		return nil
	}
	came := make([]string, 0, len(c.path))
	for _, n := range c.path {
		came = append(came, string(n))
	}
	wanted := make([]string, 0, len(s.Nodes))
	for _, n := range s.Nodes {
		wanted = append(wanted, string(n))
	}
	return &Miss{Wanted: "the path " + strings.Join(wanted, ", "), Came: strings.Join(came, ", ")}
}

// Run implements Step.
func (s Has) Run(c *Call) *Miss {
	var wrong []string
	differ := func() bool {
		wrong = wrong[:0]
		for _, name := range slices.Sorted(maps.Keys(s.Vars)) {
			if c.Vars()[name] != s.Vars[name] {
				wrong = append(wrong, name)
			}
		}
		return len(wrong) > 0
	}
	if c.hearUntil(func() bool { return !differ() }) {
		return nil
	}
	var wanted, came []string
	for _, name := range wrong {
		wanted, came = append(wanted, name+" "+value(s.Vars[name])), append(came, value(c.Vars()[name]))
	}
	return &Miss{Wanted: strings.Join(wanted, ", "), Came: strings.Join(came, ", ")}
}

func value(v string) string {
	if v == "" {
		return "not set"
	}
	return strconv.Quote(v)
}

// Run implements Step.
func (s Ends) Run(c *Call) *Miss {
	wanted := "the call to end"
	if s.As != "" {
		wanted += " as " + string(s.As)
	}
	if c.hearUntil(c.Over) && (s.As == "" || c.closed.Outcome == s.As) {
		return nil
	}
	return &Miss{Wanted: wanted, Came: c.Stands()}
}
