package config

import (
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// steps makes the circles of a rule: each keeps what the one before it says,
// except for what it writes itself.
func (b *builder) steps(written list[stepYAML], m routing.Match) []routing.Step {
	var steps []routing.Step
	var so routing.Step
	for i, y := range written {
		b.delay(y, i, so.After)
		b.pressure(y, i)
		step := b.widened(so, y, i)
		if i == 0 || !slices.Equal(step.Centers, so.Centers) || !slices.Equal(step.Need, so.Need) || step.Files != so.Files {
			b.skilled(y, step, m)
		}
		steps, so = append(steps, step), step
	}
	return steps
}

// delay checks when a step opens: after the one before, or it never does.
func (b *builder) delay(y stepYAML, i int, before time.Duration) {
	b.lasts(y.After, 0, 24*time.Hour)
	switch {
	case i == 0 && y.After.set && y.After.v != 0:
		b.add(y.After.at, "leave it out", "the first step opens at once")
	case i > 0 && y.After.at == (place{}):
		b.add(y.at, "add after: 60s", "nothing says when the step opens")
	case i > 0 && y.After.set && y.After.v <= before:
		b.add(y.After.at, "write the time since the queueing, longer than the "+brief(before)+" of the step before", "the step before never has its turn")
	}
}

// pressure checks what opens a step before its time: the first is open at once.
func (b *builder) pressure(y stepYAML, i int) {
	b.lasts(y.EstimatedWait, 10*time.Second, 4*time.Hour)
	b.between(y.PerAgent, 1, 1000)
	for key, at := range map[string]place{"estimated_wait": y.EstimatedWait.at, "per_agent": y.PerAgent.at} {
		if i == 0 && at != (place{}) {
			b.add(at, "leave it out, or write it at a later step", "the first step opens at once, whatever %s says", key)
		}
	}
}

// widened is the circle that a step makes of the one before.
func (b *builder) widened(before routing.Step, y stepYAML, i int) routing.Step {
	s := routing.Step{After: y.After.or(before.After), Centers: before.Centers, Need: before.Need, Files: before.Files, EstimatedWait: y.EstimatedWait.v, PerAgent: y.PerAgent.v}
	switch {
	case y.Centers != nil && y.Add != nil:
		b.add(y.at, "keep centers, which replaces those so far, or add", "the step has both centers and add")
	case i == 0 && len(y.Centers) == 0:
		b.add(y.at, "add centers: […]", "the step names no center")
	case y.Centers == nil && y.Add == nil && !y.Need.set && !y.Files.set && y.Need.at == (place{}) && y.Files.at == (place{}):
		b.add(y.at, "add centers, or another need or right to files", "the step changes nothing")
	}
	if y.Centers != nil {
		s.Centers = b.joined(nil, y.Centers)
	}
	s.Centers = b.joined(s.Centers, y.Add)
	if y.Need.set {
		s.Need = y.Need.need
	}
	if b.oneOf(y.Files, "required", "optional") && y.Files.set {
		s.Files = y.Files.v == "required"
	}
	return s
}

// joined puts further centers beside those so far, each once.
func (b *builder) joined(so []contact.Center, more list[value[string]]) []contact.Center {
	all := slices.Clone(so)
	for _, v := range more {
		if !b.refers(v, "center", b.centers) {
			continue
		}
		if c := contact.Center(v.v); slices.Contains(all, c) {
			b.add(v.at, "delete it", "the center %q is in the step already", v.v)
		} else {
			all = append(all, c)
		}
	}
	return all
}

// skilled checks that some agent has each skill that a step needs, and then that
// somebody of its centers has them all.
func (b *builder) skilled(y stepYAML, s routing.Step, m routing.Match) {
	if !b.skills.complete || !b.topicsKnown().complete { // a skill may be that of a topic
		return
	}
	for _, r := range s.Need {
		if r.Skill == routing.TopicSkill || b.skills.has(string(r.Skill)) {
			continue
		}
		if y.Need.set {
			b.add(y.Need.at, nearest(string(r.Skill), b.skills.names()).orKeys(b.skills.names()), "no agent has the skill %q", r.Skill)
		}
		return
	}
	if len(s.Centers) == 0 || !b.centers.complete || b.homeless || s.Files && b.rightless {
		return
	}
	for _, a := range b.site.Agents {
		if slices.Contains(s.Centers, a.Center) && b.able(a, s, m) {
			return
		}
	}
	at := y.at
	if y.Need.set {
		at = y.Need.at
	}
	b.add(at, "lower the level, add a center, or correct the agents", "no agent of %s could serve this step: it asks for %s",
		listed(s.Centers), asked(s))
}

// able reports whether an agent could serve some contact of a rule at a step.
func (b *builder) able(a Agent, s routing.Step, m routing.Match) bool {
	if s.Files && !a.Files.All && len(a.Files.Departments) == 0 {
		return false
	}
	topics := m.Topics
	if len(topics) == 0 {
		topics = append(b.topicNames(), "")
	}
	return slices.ContainsFunc(topics, func(t contact.Topic) bool { return meets(a, s.Need, t) })
}

func meets(a Agent, need contact.Need, t contact.Topic) bool {
	for _, r := range need {
		skill := r.Skill
		if skill == routing.TopicSkill && t != "" {
			skill = contact.Skill(t)
		}
		if a.Skills[skill] < r.Level {
			return false
		}
	}
	return true
}

func listed(centers []contact.Center) string {
	names := make([]string, 0, len(centers))
	for _, c := range centers {
		names = append(names, string(c))
	}
	return strings.Join(names, ", ")
}

// asked says what a step asks of agents.
func asked(s routing.Step) string {
	var parts []string
	for _, r := range s.Need {
		parts = append(parts, string(r.Skill)+" >= "+string(rune('0'+r.Level)))
	}
	if s.Files {
		parts = append(parts, "the right to files")
	}
	if len(parts) == 0 {
		return "an agent"
	}
	return strings.Join(parts, " and ")
}
