package explanation

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/geography"
	"github.com/guichet/guichet/internal/terminal"
)

// page collects sentences about a site at a time.
type page struct {
	site  *config.Site
	at    time.Time
	lines []string
	// standIn: the agents are imagined, and since when is no matter.
	standIn bool
}

// say adds a sentence, indented by so many levels. An empty one parts what is
// before it from what follows.
func (p *page) say(level int, format string, args ...any) {
	p.lines = append(p.lines, strings.Repeat("  ", level)+terminal.Plain(fmt.Sprintf(format, args...)))
}

func (p *page) center(c contact.Center) string {
	return cmp.Or(p.site.Centers[c].Label, string(c))
}

func (p *page) centers(all []contact.Center) string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = p.center(c)
	}
	return and(names)
}

func (p *page) queue(q contact.Queue) string {
	return cmp.Or(p.site.Queues[q].Label, string(q))
}

func (p *page) entry(e contact.Entry) string {
	if label := p.site.Entries[e].Label; label != "" && label != string(e) {
		return label + " (" + string(e) + ")"
	}
	return string(e)
}

func (p *page) agent(id contact.Agent, name string) string {
	if name = cmp.Or(name, p.site.Agents[id].Name); name == "" {
		return string(id)
	}
	return name + " (" + string(id) + ")"
}

// time is a time of the page's day, or a time of another day with its date.
func (p *page) time(t time.Time) string {
	switch {
	case t.Format(time.DateOnly) != p.at.Format(time.DateOnly):
	case t.Second() == 0:
		return t.Format("15:04")
	default:
		return t.Format("15:04:05")
	}
	switch {
	case t.Year() == p.at.Year():
		return t.Format("Monday 2 January 15:04")
	}
	return t.Format("Monday 2 January 2006 15:04")
}

func department(d contact.Department) string {
	if name := geography.Name(d); name != "" {
		return string(d) + " " + name
	}
	return string(d)
}

func mediumWord(m contact.Medium) string {
	switch m {
	case contact.Voice:
		return "call"
	case contact.Email:
		return "mail"
	case contact.Voicemail:
		return "message"
	}
	return string(m)
}

// needWords says what an agent must know.
func needWords(need contact.Need) string {
	parts := make([]string, len(need))
	for i, r := range need {
		parts[i] = fmt.Sprintf("%s ≥ %d", r.Skill, r.Level)
	}
	return and(parts)
}

func strategyWords(s contact.Strategy) string {
	if s == contact.BestLevel {
		return "the highest level first, then who has been ready longest"
	}
	return "who has been ready longest first"
}

// and joins names as people do: "A, B and C".
func and(names []string) string { return joined(names, "and") }

func or(names []string) string { return joined(names, "or") }

func joined(names []string, word string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}

// people counts: "1 agent", "3 agents".
func people(n int) string {
	if n == 1 {
		return "1 agent"
	}
	return fmt.Sprintf("%d agents", n)
}
