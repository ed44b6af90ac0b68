package report

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// naming calls things what people call them: by the labels of the site, and by
// the names that agents had when they logged in.
type naming struct {
	site   *config.Site
	agents map[contact.Agent]string
}

func newNaming(site *config.Site) naming {
	return naming{site: site, agents: map[contact.Agent]string{}}
}

// learn takes a name from a fact about an agent.
func (n naming) learn(f fact.Fact) {
	switch f := f.(type) {
	case fact.LoggedIn:
		n.agents[f.Agent] = f.Name
	case fact.AgentSeated:
		n.agents[f.Card.Agent] = f.Card.Name
	case fact.AgentRenewed:
		n.agents[f.Card.Agent] = f.Card.Name
	}
}

// agent is a name with the id, or the id alone.
func (n naming) agent(id contact.Agent) string {
	name := cmp.Or(n.agents[id], n.site.Agents[id].Name)
	if name == "" {
		return "agent " + string(id)
	}
	return name + " (" + string(id) + ")"
}

func (n naming) center(id contact.Center) string {
	return cmp.Or(n.site.Centers[id].Label, string(id))
}

func (n naming) queue(id contact.Queue) string {
	return cmp.Or(n.site.Queues[id].Label, string(id))
}

// entry is a label with the number, or the number alone.
func (n naming) entry(id contact.Entry) string {
	if label := n.site.Entries[id].Label; label != "" && label != string(id) {
		return label + " (" + string(id) + ")"
	}
	return string(id)
}

func (n naming) centers(ids []contact.Center) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = n.center(id)
	}
	return names
}

// clock is a time of the day.
func (n naming) clock(us int64) string {
	return time.UnixMicro(us).In(n.site.Zone).Format("15:04:05")
}

// StepInWords says who may serve at a step: "after 1:00 cis_ouest with topic ≥ 2".
func StepInWords(s contact.Step) string {
	text := join(s.Centers) + conditions(s)
	if s.After > 0 {
		text = "after " + terminal.Clock(s.After) + SoonerInWords(s) + " " + text
	}
	return text
}

// conditions are what a step asks for beside the center.
func conditions(s contact.Step) string {
	text := ""
	for i, need := range s.Need {
		link := " and "
		if i == 0 {
			link = " with "
		}
		text += link + string(need.Skill) + " ≥ " + strconv.Itoa(need.Level)
	}
	if s.Files {
		text += ", right to the file"
	}
	return text
}

// SoonerInWords says what opens a step before its time; empty if nothing does.
func SoonerInWords(s contact.Step) string {
	var when []string
	if s.EstimatedWait > 0 {
		when = append(when, "while more than "+terminal.Clock(s.EstimatedWait)+" are left by estimate")
	}
	if s.PerAgent > 0 {
		when = append(when, fmt.Sprintf("while more than %d wait for each agent", s.PerAgent))
	}
	if len(when) == 0 {
		return ""
	}
	return " (sooner " + strings.Join(when, ", or ") + ")"
}

// and joins names as people do: "A, B and C".
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
