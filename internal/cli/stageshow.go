package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/internal/terminal"
	"github.com/guichet/guichet/ivr"
)

// show tells what has happened since, and what may be done now.
func (s *stage) show() {
	story := s.walk.Call().Story()
	for _, m := range story[min(s.shown, len(story)):] {
		s.moment(m)
	}
	s.shown = len(story)
	c := s.walk.Call()
	if c.Over() {
		return
	}
	if c.Asks() || c.Waits() {
		s.choices(c.Node())
	}
	if name, silent := c.Unanswered(); silent {
		s.line(fmt.Sprintf("    %s asks a back-end; type what it answers, such as answer 404", name))
	}
	s.patience()
}

// patience says how long the caller may be silent.
func (s *stage) patience() {
	if left, running := s.walk.Call().Patience(); running {
		s.line("    [Enter] silence, " + shortly(left))
	}
}

// shortly writes a duration as site folders do.
func shortly(d time.Duration) string {
	if d%time.Second == 0 && d < 100*time.Second {
		return fmt.Sprintf("%ds", int(d/time.Second))
	}
	return strings.TrimSuffix(d.String(), "0s")
}

// moment tells one.
func (s *stage) moment(m rehearsal.Moment) {
	switch m := m.(type) {
	case rehearsal.Entered:
		s.line("")
		title := string(m.Node)
		if label := ivr.Describe(s.walk.Scene.Tree.Nodes[m.Node]).Label; label != "" {
			title += "  " + label
		}
		s.line(title)
	case rehearsal.Took:
		s.took(m)
	case rehearsal.Heard:
		s.heard(m)
	case rehearsal.Told:
		text := fmt.Sprintf("    announced at the %s until %s", m.Place, m.Until.Format("2006-01-02 15:04"))
		if m.HangUp {
			text += ", and the call ends"
		}
		s.line(text)
	case rehearsal.Refused:
		s.line(fmt.Sprintf("    refused by %s: %s", m.Queue, m.Reason))
	case rehearsal.Queued:
		s.queued(m)
	case rehearsal.SentOut:
		s.line(fmt.Sprintf("    calls the local service %s, %s", m.Service, m.Number))
		s.line("    by " + m.Rule)
		s.vars()
	case rehearsal.Promised:
		s.line(fmt.Sprintf("    promises a call back by %s, until %s", m.Place.Queue, time.UnixMicro(m.ExpiresAt).In(s.site.Zone).Format("2006-01-02 15:04")))
		s.vars()
	case rehearsal.MessageLeft:
		s.line(fmt.Sprintf("    a message of %s for %s is kept", shortly(m.Lasts), m.Mailbox))
	case rehearsal.Closed:
		s.line("")
		s.line("the call is over: " + rehearsal.EndWords(m.Closed))
		s.vars()
	}
}

// heard shows the text of a prompt, once: who has read it does not read it again.
func (s *stage) heard(m rehearsal.Heard) {
	text := string(m.Prompt)
	words := s.site.Heard(m.Prompt, m.Language).Text
	switch {
	case words == "":
	case s.read[m]:
		text += ", as above"
	default:
		text += fmt.Sprintf(": “%s”", strings.Join(strings.Fields(words), " "))
		s.read[m] = true
	}
	s.line("    " + text)
}

// took tells the exit where somebody must wonder: goto says nothing.
func (s *stage) took(m rehearsal.Took) {
	if m.Exit == "goto" {
		return
	}
	for _, way := range s.walk.Scene.Tree.Ways(m.Node) {
		if way.Name != m.Exit {
			continue
		}
		name := strings.TrimPrefix(m.Exit, "choices.")
		if way.Label != "" {
			name += " " + way.Label
		}
		s.line(fmt.Sprintf("    %s → %s", name, way.Goto))
		return
	}
	s.line("    " + m.Exit)
}

// queued says where the call waits and why.
func (s *stage) queued(m rehearsal.Queued) {
	s.line("    waits in the queue " + string(m.Queue))
	text := fmt.Sprintf("    by %s: priority %d", m.Rule, m.Priority)
	if m.Organisation != "" {
		text += fmt.Sprintf(", organisation %s", m.Organisation)
	}
	s.line(text)
	for i, step := range m.Steps {
		when := "at once"
		if step.After > 0 {
			when = "after " + shortly(step.After)
		}
		var centers []string
		for _, c := range step.Centers {
			centers = append(centers, string(c))
		}
		s.line(fmt.Sprintf("    step %d %s: %s", i+1, when, strings.Join(centers, ", ")))
	}
	s.vars()
}

// vars shows the attributes.
func (s *stage) vars() {
	vars := s.walk.Call().Vars()
	var all []string
	if level := s.walk.Call().Authentication(); level > 0 {
		all = append(all, fmt.Sprintf("authentication=%d", level))
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		all = append(all, name+"="+terminal.Plain(vars[name]))
	}
	if len(all) > 0 {
		s.line("    with " + strings.Join(all, ", "))
	}
}

// choices shows what may be pressed.
func (s *stage) choices(id ivr.NodeID) {
	switch n := s.walk.Scene.Tree.Nodes[id].(type) {
	case *ivr.Menu:
		for _, c := range n.Choices {
			label := c.Label
			if label == "" {
				label = string(c.Goto)
			}
			s.line(fmt.Sprintf("    [%s] %s", c.Keys, label))
		}
	case *ivr.Queue:
		for _, c := range n.WayOut {
			s.line(fmt.Sprintf("    [%s] %s, out of the wait", c.Keys, cmp.Or(c.Label, string(c.Goto))))
		}
	case *ivr.Collect:
		digits := fmt.Sprintf("%d to %d digits", n.MinDigits, n.MaxDigits)
		if n.MinDigits == n.MaxDigits {
			digits = counted(n.MaxDigits, "digit")
		} else if n.FinishKey != 0 {
			digits += ", " + string(rune(n.FinishKey)) + " ends"
		}
		s.line("    [digits] " + digits)
	case *ivr.CallbackNode:
		s.line("    [digits] 10 of a number to call, or 1 for the one that is read back")
	case *ivr.Identify:
		text := "13 of a fiscal number"
		if n.BirthDate != nil {
			text += ", then 8 of a birth date"
		}
		s.line("    [digits] " + text)
		s.line("    [identify] invented ones")
	}
}
