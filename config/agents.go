package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// agentsFile is agents.yaml, or one file of the folder agents/, which the lead
// of a center may own.
type agentsFile struct {
	// Agents by id.
	Agents table[agentYAML] `yaml:"agents"`
	// Groups are agents who differ by their number only.
	Groups table[groupYAML] `yaml:"groups"`
}

// agentYAML is one person.
type agentYAML struct {
	// Name as colleagues read it, the id by default.
	Name value[string] `yaml:"name"`
	// Phone is the endpoint in Asterisk, such as PJSIP/a1001, or a number outside,
	// in quotes, such as "06 12 34 56 78": reached by the trunk, and only who
	// presses 1 there has answered.
	Phone value[string] `yaml:"phone,required"`
	personYAML
	Pin later `yaml:"pin"`
}

// personYAML is what single agents and groups share.
type personYAML struct {
	// Center is the name of a center.
	Center value[string] `yaml:"center,required"`
	// Languages spoken, [fr] by default.
	Languages list[value[string]] `yaml:"languages"`
	// Skills by name, from 1 to 5. The skill topic is the level in every topic
	// that is not listed itself.
	Skills table[value[int]] `yaml:"skills"`
	// Files replaces the departments whose files the center may open.
	Files filesYAML `yaml:"files"`
	// Media served: voice, email, and voicemail, the recorded messages of a queue; [voice] by
	// default.
	Media mediaYAML `yaml:"media"`
	// Capacity is how many contacts of a medium the agent has at hand beside calls, from 1
	// to 50, such as {email: 3}; without it one contact at a time, of whatever medium.
	Capacity table[value[int]] `yaml:"capacity"`
	// WrapUp replaces that of the queues.
	WrapUp value[time.Duration] `yaml:"wrap_up"`
}

// mediaYAML is a list of media.
type mediaYAML struct {
	at   place
	list list[value[string]]
}

func (m *mediaYAML) read(d *document, n ast.Node) {
	m.at = d.at(n)
	m.list.read(d, n)
}

// groupYAML is Count agents with consecutive phones.
type groupYAML struct {
	Count value[int] `yaml:"count,required"`
	// First number put into Phones, 1 by default.
	First value[int] `yaml:"first"`
	// Phones is a pattern such as PJSIP/a20%02d; the part after the slash is
	// also the agent's id. Of numbers outside, such as "02 61 91 02 %02d", the id
	// is the group's name with the number put in.
	Phones value[string] `yaml:"phones,required"`
	// Name is a pattern too, the id by default.
	Name value[string] `yaml:"name"`
	personYAML
}

var (
	endpoint = regexp.MustCompile(`^PJSIP/[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	numbered = regexp.MustCompile(`%(0[1-9])?d`)
)

// maxAgents bounds a site.
const maxAgents = 20_000

// roster collects agents while checking that ids and phones are used once.
type roster struct{ ids, phones map[string]place }

func (b *builder) buildAgents(files []agentsFile) {
	b.site.Agents = make(map[contact.Agent]Agent)
	r := roster{ids: map[string]place{}, phones: map[string]place{}}
	for _, f := range files {
		for _, y := range f.Agents {
			b.name(y.key, "an agent")
			person := b.person(y.v.personYAML)
			b.hire(r, y.key, y.v.Phone, y.v.Name.or(y.key.v), person)
		}
		for _, y := range f.Groups {
			b.name(y.key, "a group")
			b.group(r, y.key.v, y.v)
		}
	}
}

// hire adds one agent to the site.
func (b *builder) hire(r roster, id, phone value[string], name string, person Agent) {
	if first, twice := r.ids[id.v]; twice {
		b.add(id.at, "give each agent an own id", "the agent %q is already at %s", id.v, first.label())
		b.add(first, "give each agent an own id", "the agent %q is also at %s", id.v, id.at.label())
		return
	}
	r.ids[id.v] = id.at
	phone = b.agentPhone(phone)
	if first, twice := r.phones[phone.v]; twice && phone.set {
		b.add(phone.at, "give each agent an own phone", "the phone %s already belongs to the agent at %s", phone.v, first.label())
		b.add(first, "give each agent an own phone", "the phone %s also belongs to the agent at %s", phone.v, phone.at.label())
	}
	r.phones[phone.v] = phone.at
	person.ID, person.Name, person.Phone = contact.Agent(id.v), name, phone.v
	b.site.Agents[person.ID] = person
}

func (b *builder) group(r roster, name string, y groupYAML) {
	b.between(y.Count, 1, 5000)
	b.between(y.First, 0, 1_000_000)
	person := b.person(y.personYAML)
	if !y.Phones.set || !y.Count.set || y.Count.v < 1 || y.Count.v > 5000 {
		return
	}
	if len(numbered.FindAllString(y.Phones.v, -1)) != 1 || strings.Count(y.Phones.v, "%") != 1 {
		b.add(y.Phones.at, "write it like PJSIP/a20%02d", "%q has no place for the number of each phone", y.Phones.v)
		return
	}
	if len(r.ids)+y.Count.v > maxAgents {
		b.add(y.Count.at, "", "the site has more than %d agents", maxAgents)
		return
	}
	for n := range y.Count.v {
		phone := y.Phones
		phone.v = number(y.Phones.v, y.First.or(defaultFirst)+n)
		_, id, inside := strings.Cut(phone.v, "/")
		if !inside {
			id = number(name+numbered.FindString(y.Phones.v), y.First.or(defaultFirst)+n)
		}
		b.hire(r, value[string]{v: id, at: y.Phones.at, set: true}, phone, number(y.Name.or(id), y.First.or(defaultFirst)+n), person)
	}
}

// number puts n into a pattern with at most one %d or %02d.
func number(pattern string, n int) string {
	return numbered.ReplaceAllStringFunc(pattern, func(verb string) string {
		width, _ := strconv.Atoi(strings.Trim(verb, "%d"))
		return fmt.Sprintf("%0*d", width, n)
	})
}

func (b *builder) person(y personYAML) Agent {
	b.lasts(y.WrapUp, 0, time.Hour)
	a := Agent{Center: contact.Center(y.Center.v), Skills: b.levels(y.Skills), Files: b.filesOf(y.Files), Media: b.media(y.Media)}
	known := b.refers(y.Center, "center", b.centers)
	b.homeless = b.homeless || !known
	if known && !y.Files.set {
		a.Files = b.site.Centers[a.Center].Files
	}
	a.Capacity = b.capacity(y.Capacity, a.Media)
	for _, l := range y.Languages {
		a.Languages = append(a.Languages, l.v)
	}
	if len(a.Languages) == 0 {
		a.Languages = []string{"fr"}
	}
	if y.WrapUp.set {
		wrapUp := y.WrapUp.v
		a.WrapUp = &wrapUp
	}
	return a
}

// media are the ways of contact an agent serves, each once.
func (b *builder) media(written mediaYAML) []contact.Medium {
	var media []contact.Medium
	for _, v := range written.list {
		b.available(v, []string{string(contact.Voice), string(contact.Email), string(contact.Voicemail)}, string(contact.Chat))
		if m := contact.Medium(v.v); v.set && !slices.Contains(media, m) {
			media = append(media, m)
		}
	}
	if written.at != (place{}) && len(written.list) == 0 {
		b.add(written.at, "write [voice], or several of voice, email and voicemail", "an agent who serves no medium serves nobody")
	}
	return media
}

// maxCapacity bounds what one agent may have at hand of a medium.
const maxCapacity = 50

// capacity is how many contacts of a medium an agent has at hand beside his calls.
func (b *builder) capacity(written table[value[int]], media []contact.Medium) map[contact.Medium]int {
	var capacity map[contact.Medium]int
	for _, c := range written {
		m := contact.Medium(c.key.v)
		b.between(c.v, 1, maxCapacity)
		switch {
		case m == contact.Voice:
			b.add(c.key.at, "leave it out", "nobody talks with two callers: calls stay one at a time")
			continue
		case !slices.Contains(media, m):
			b.available(c.key, []string{string(contact.Email), string(contact.Voicemail)}, string(contact.Chat))
			if m == contact.Email || m == contact.Voicemail {
				b.add(c.key.at, "add it to media, such as [voice, email]", "the agent does not serve %s", m)
			}
			continue
		}
		if capacity == nil {
			capacity = map[contact.Medium]int{}
		}
		capacity[m] = c.v.v
	}
	return capacity
}

// levels spreads the general level over all topics, so that whoever matches
// agents never has to know what a topic is.
func (b *builder) levels(skills table[value[int]]) map[contact.Skill]int {
	levels := make(map[contact.Skill]int)
	for _, s := range skills {
		b.name(s.key, "a skill")
		b.between(s.v, routing.MinLevel, routing.MaxLevel)
		levels[contact.Skill(s.key.v)] = s.v.v
	}
	general, ok := levels[routing.TopicSkill]
	if !ok {
		return levels
	}
	for topic := range b.topics {
		if _, own := levels[contact.Skill(topic)]; !own {
			levels[contact.Skill(topic)] = general
		}
	}
	return levels
}
