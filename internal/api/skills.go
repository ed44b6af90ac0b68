package api

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/routing"
)

// regrade is the body of a change of skills or center.
type regrade struct {
	// Skills gives levels from 1 to 5; 0 takes the skill away.
	Skills map[contact.Skill]int `json:"skills"`
	Center contact.Center        `json:"center"`
	// Reset takes back all that was changed by hand.
	Reset bool   `json:"reset"`
	By    string `json:"by"`
}

// skills lays a change by hand over what the site says of an agent. It acts at
// once, also on who waits, and stays until it is taken back.
func (s *Server) skills(w http.ResponseWriter, r *http.Request) error {
	id := contact.Agent(r.PathValue("id"))
	var body regrade
	if err := readBody(r, &body); err != nil {
		return err
	}
	if _, err := s.find(id); err != nil {
		return err
	}
	by, err := actor(r, body.By)
	if err != nil {
		return err
	}
	site := s.Controller.Site()
	if err := body.check(site); err != nil {
		return err
	}
	return s.order(w, r, id, fact.AgentChanged{
		Agent: id, Skills: resolved(site, id, body.Skills), Center: body.Center, Reset: body.Reset, By: by,
	})
}

func (b regrade) check(site *config.Site) error {
	changes := len(b.Skills) > 0 || b.Center != ""
	if b.Reset == changes {
		return badRequest("say what to change: skills, a center, or reset alone", `send an object such as {"skills": {"topic": 3}}`)
	}
	known := skillsOf(site)
	for _, skill := range slices.Sorted(maps.Keys(b.Skills)) {
		level := b.Skills[skill]
		if !known[skill] {
			return badRequest(fmt.Sprintf("nobody in the site has a skill %q", skill), "the skills are "+strings.Join(names(known), ", "))
		}
		if level < 0 || level > routing.MaxLevel {
			return badRequest(fmt.Sprintf("the level %d of %s is out of range", level, skill), "use 1 to 5, or 0 to take the skill away")
		}
	}
	if _, exists := site.Centers[b.Center]; b.Center != "" && !exists {
		return badRequest(fmt.Sprintf("there is no center %q", b.Center), "the centers are "+strings.Join(names(site.Centers), ", "))
	}
	return nil
}

// skillsOf are all skills that somebody has, or that a topic asks for.
func skillsOf(site *config.Site) map[contact.Skill]bool {
	known := map[contact.Skill]bool{routing.TopicSkill: true}
	for _, a := range site.Agents {
		for skill := range a.Skills {
			known[skill] = true
		}
	}
	for _, topic := range site.Topics {
		known[contact.Skill(topic)] = true
	}
	return known
}

// resolved spreads a new general level over the topics in which the agent has
// the old one, as the site does: a fact carries what it means.
func resolved(site *config.Site, id contact.Agent, skills map[contact.Skill]int) map[contact.Skill]int {
	general, changed := skills[routing.TopicSkill]
	if !changed {
		return skills
	}
	has := site.Agents[id].Skills
	levels := maps.Clone(skills)
	for _, topic := range site.Topics {
		skill := contact.Skill(topic)
		if _, own := skills[skill]; !own && has[skill] == has[routing.TopicSkill] {
			levels[skill] = general
		}
	}
	return levels
}

func names[K ~string, V any](of map[K]V) []string {
	var all []string
	for name := range of {
		all = append(all, string(name))
	}
	slices.Sort(all)
	return all
}
