package coverage

import (
	"fmt"
	"strings"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// explain says why nobody can serve a contact, and what would help.
func (s *survey) explain(a routing.Attributes, d routing.Decision) (why, remedy string) {
	if len(d.Steps) == 0 {
		return "none of its centers exists then", "change the dates of a center, or name another center in the rule"
	}
	if away := s.away(a, d); len(away) > 0 {
		return "those who could are in " + list(away) + ", closed then", "align the calendars, or name a center that is open then"
	}
	last := d.Steps[len(d.Steps)-1] // the one that asks for least
	return s.lacking(a.Topic, last, acd.AskOf(a.Medium, d.Department, last, last.Centers))
}

// away are the centers that have somebody who could serve; when nobody can,
// they are closed.
func (s *survey) away(a routing.Attributes, d routing.Decision) []contact.Center {
	var away []contact.Center
	seen := map[contact.Center]bool{}
	for _, step := range d.Steps {
		for _, c := range step.Centers {
			if !seen[c] && s.floor.able(acd.AskOf(a.Medium, d.Department, step, []contact.Center{c})) > 0 {
				seen[c] = true
				away = append(away, c)
			}
		}
	}
	return away
}

// lacking says what the agents of a step's centers have not got.
func (s *survey) lacking(topic contact.Topic, step contact.Step, ask acd.Ask) (why, remedy string) {
	refused := s.floor.refusals(ask)
	total := 0
	for _, n := range refused {
		total += n
	}
	switch {
	case total == 0:
		return "no agent belongs to " + list(step.Centers), "give agents to a center of the rule, or name another center"
	case refused[acd.NoFileRight] > 0:
		return fmt.Sprintf("%s of %s may open the files", noneOf(refused[acd.NoFileRight], "who hold the need"), list(step.Centers)),
			"add the department to files of a center, or end with a step of files: optional"
	case refused[acd.LacksSkill] > 0:
		need := needOf(step.Need, topic)
		return fmt.Sprintf("%s of %s has %s", noneOf(refused[acd.LacksSkill], ""), list(step.Centers), need),
			"raise levels in the agents' files, or end with a step that needs less"
	}
	return fmt.Sprintf("%s of %s serves this medium", noneOf(total, ""), list(step.Centers)), "give agents the medium"
}

// noneOf counts people who all cannot.
func noneOf(n int, who string) string {
	text := fmt.Sprintf("none of the %d agents", n)
	if n == 1 {
		text = "not the only agent"
	}
	if who != "" {
		text += " " + who
	}
	return text
}

// needOf writes a need as the rule does, with the word topic for the contact's.
func needOf(need contact.Need, topic contact.Topic) string {
	parts := make([]string, 0, len(need))
	for _, r := range need {
		if topic != "" && r.Skill == contact.Skill(topic) {
			r.Skill = routing.TopicSkill
		}
		parts = append(parts, fmt.Sprintf("%s >= %d", r.Skill, r.Level))
	}
	return strings.Join(parts, " and ")
}

func list[T ~string](names []T) string {
	parts := make([]string, 0, len(names))
	for _, n := range names {
		parts = append(parts, string(n))
	}
	return strings.Join(parts, " ")
}
