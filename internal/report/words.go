package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// speaker tells facts that have just been counted.
type speaker struct {
	naming
	*recount
}

// inWords tells a fact about a contact.
func (s speaker) inWords(l *life, at int64, f fact.Fact) string {
	switch f := f.(type) {
	case fact.Arrived:
		if v := f.Voicemail; v != nil {
			return fmt.Sprintf("message %s for %s, of %s, left by contact %s, is a contact of %s", v.Message, v.Mailbox, terminal.Clock(v.Lasts), v.LeftBy, s.queue(v.For.Queue))
		}
		if f.CallsBack != nil {
			return s.callsBackInWords(f)
		}
		return fmt.Sprintf("%s arrived at %s, on %s", medium(f.Medium), s.entry(f.Entry), f.Node)
	case fact.MessageDone:
		return "the message is done, by " + f.By
	case fact.Waiting:
		return waitingInWords(f)
	case fact.Queued:
		return s.queuedInWords(l, f)
	case fact.Circle:
		return s.circleInWords(l, f)
	case fact.GivenUp:
		return givenUpInWords(l, f)
	case fact.Foretold:
		return foretoldInWords(at, f)
	case fact.SteppedOut:
		return "left the queue by the key " + f.Key + "; the menu goes on, and the rank is kept"
	case fact.Closed:
		text := closedInWords(f)
		if l.service != "" && l.live == "" { // no agent's phone was it
			text = strings.Replace(text, "the agent's phone", "the local service's phone", 1)
		}
		return text
	}
	if text := s.offerInWords(l, at, f); text != "" {
		return text
	}
	if m, left := f.(fact.MessageLeft); left {
		return fmt.Sprintf("left a message of %s for %s, number %s%s", terminal.Clock(m.Lasts), m.Mailbox, m.Message, decidedInWords(m.Decided))
	}
	if text := s.recordingInWords(f); text != "" {
		return text
	}
	if rated, was := f.(fact.Rated); was {
		return ratedInWords(rated)
	}
	if text := linkInWords(f); text != "" {
		return text
	}
	if t, noted := f.(fact.Treated); noted {
		return s.treatedInWords(t)
	}
	if text := transferInWords(l, f); text != "" {
		return text
	}
	if text := s.callbackInWords(l, f); text != "" {
		return text
	}
	if text := s.conversationInWords(l, f); text != "" {
		return text
	}
	return words(string(f.Kind()))
}

func medium(m contact.Medium) string {
	switch m {
	case contact.Voice:
		return "a call"
	case contact.Email:
		return "a mail"
	case contact.Voicemail:
		return "a recorded message"
	}
	return "a " + string(m)
}

// identifiedInWords says what a check in the menu has found plausible.
func identifiedInWords(level int) string {
	switch level {
	case 0:
		return ""
	case 1:
		return ", authentication 1, by a plausible fiscal number"
	}
	return fmt.Sprintf(", authentication %d, by a plausible fiscal number and birth date", level)
}

func waitingInWords(f fact.Waiting) string {
	text := "the menu waits at " + f.Node
	if f.Asks != "" {
		text = "the menu asks at " + f.Node + ": " + f.Asks
	}
	if f.Records != "" {
		text = "the caller is asked at " + f.Node + " to leave a message for " + f.Records
	}
	text += crossedInWords(f.Crossed) + identifiedInWords(f.Authentication) + decidedInWords(f.Decided)
	if f.Asked != "" {
		text += "; asked for an agent about " + string(f.Asked)
	}
	return text
}

// crossedInWords names the nodes through which a caller went.
func crossedInWords(nodes []string) string {
	if len(nodes) == 0 {
		return ""
	}
	return ", after " + strings.Join(nodes, " → ")
}

// recordingInWords tells what is recorded of the conversation, and what not.
func (s speaker) recordingInWords(f fact.Fact) string {
	switch f := f.(type) {
	case fact.RecordingBegun:
		return fmt.Sprintf("both were told, and are recorded from now on as %s, for: %s; kept for %d days", f.Recording, terminal.Plain(f.Purpose), f.Retention/(24*time.Hour))
	case fact.RecordingPaused:
		if f.Keys {
			return "the recording is paused while the caller keys something in"
		}
		return "the recording is paused" + s.wishedBy(f.By)
	case fact.RecordingResumed:
		return "the recording goes on" + s.wishedBy(f.By)
	case fact.RecordingEnded:
		if f.Failed {
			return "the recording has failed: of the rest, or of all of it, there is none"
		}
		return "the recording is over"
	}
	return ""
}

// linkInWords tells what is counted of a message with a link. What the node decided
// tells what became of it.
func linkInWords(f fact.Fact) string {
	switch f := f.(type) {
	case fact.LinkClaimed:
		return fmt.Sprintf("a link by %s counts as one of %d that this person may get today, and may be sent", f.Channel, f.PerDay)
	case fact.LinkReleased:
		return "the link was not sent, and does not count"
	}
	return ""
}

// treatedInWords tells what an agent noted; the note itself is for those who treat the
// person's file.
func (s speaker) treatedInWords(f fact.Treated) string {
	text := fmt.Sprintf("agent %s noted", f.Agent)
	for _, part := range []struct{ name, what string }{{"topic", string(f.Topic)}, {"acts", strings.Join(f.Acts, ", ")}, {"result", f.Result}} {
		if part.what != "" {
			text += fmt.Sprintf("; %s: %s", part.name, terminal.Plain(part.what))
		}
	}
	if f.Note != "" {
		text += "; with a note"
	}
	return strings.Replace(text, "noted;", "noted", 1)
}

func transferInWords(l *life, f fact.Fact) string {
	switch f := f.(type) {
	case fact.Transferring:
		return fmt.Sprintf("sent to the local service %s, %s, by rule %s; it is called for at most %s%s%s",
			f.Service, f.Number, f.Rule, terminal.Clock(f.Ring), identifiedInWords(f.Authentication), decidedInWords(f.Decided))
	case fact.TransferFailed:
		return fmt.Sprintf("the local service %s was not reached: %s%s; the contact is back in the menu", l.service, words(string(f.Result)), cause(f.Cause))
	case fact.Transferred:
		return fmt.Sprintf("connected with the local service %s, with the caller's own number", l.service)
	case fact.TransferEnded:
		if l.service == "" {
			return "the leg to the number outside ended"
		}
		return fmt.Sprintf("the leg to the local service %s ended, by the %s", l.service, f.By)
	}
	return ""
}

func closedInWords(f fact.Closed) string {
	text := "closed: " + words(string(f.Outcome))
	if c := f.Cancelled; c != nil {
		return text + fmt.Sprintf("; the call back was cancelled by %s: %s", terminal.Plain(c.By), terminal.Plain(c.Reason))
	}
	switch f.Stage {
	case contact.InMenu:
		text += " in the menu"
	case contact.InQueue:
		text += " while waiting"
	case contact.InRing:
		text += " while the agent's phone rang"
	}
	if f.Refusal != "" {
		text += ", " + words(string(f.Refusal))
	}
	if f.Reason != "" && f.Reason != string(f.Refusal) {
		text += " (" + words(f.Reason) + ")"
	}
	return text + decidedInWords(f.Decided)
}

func cause(code int) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprintf(" (cause %d)", code)
}

func join[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
