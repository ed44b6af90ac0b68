package config

import (
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/rehearsal"
	"github.com/guichet/guichet/ivr"
)

// comfortYAML is what callers hear while they wait, in the place of the music.
type comfortYAML struct {
	// First is how long after the queueing something is said first, 30s by default; with
	// 0s nothing is said.
	First value[time.Duration] `yaml:"first"`
	// Every is the pause from one message to the next, 60s by default.
	Every value[time.Duration] `yaml:"every"`
	// Position says where the caller stands: [votre_rang, "number:var.position"]. What
	// would be worse than what he was told before is not said.
	Position promptList `yaml:"position"`
	// Wait says how long it still takes: [attente_estimee, "wait:var.wait"]. It is not said
	// while nobody can say, nor what would be worse than what was told before.
	Wait promptList `yaml:"wait"`
	// Prompt is said in any case, such as which keys lead out of the wait.
	Prompt promptList `yaml:"prompt"`
}

// Comfort is what callers of a queue hear while they wait. It is nothing without First.
type Comfort = rehearsal.Comfort

// The times of comfort of a site that says nothing else.
const (
	defaultComfortFirst = 30 * time.Second
	defaultComfortEvery = time.Minute
)

// comforts lays what is said over what holds otherwise. of is the queue it is about.
func (b *builder) comforts(y comfortYAML, of string, otherwise Comfort) Comfort {
	b.lasts(y.First, 0, time.Hour)
	b.lasts(y.Every, 15*time.Second, time.Hour)
	c := otherwise
	said := b.comfortWords(of)
	for _, part := range []struct {
		written promptList
		to      *[]ivr.Prompt
		about   string
		key     string
	}{
		{y.Position, &c.Position, rehearsal.VarPosition, "position"}, {y.Wait, &c.Wait, rehearsal.VarWait, "wait"}, {y.Prompt, &c.Prompts, "", "prompt"},
	} {
		if len(part.written) == 0 {
			continue
		}
		*part.to = said.prompts(part.written)
		b.speaksOf(part.written, part.key, part.about)
	}
	says := len(c.Position)+len(c.Wait)+len(c.Prompts) > 0
	switch {
	case y.First.set:
		c.First = y.First.v
	case says && c.First == 0 && otherwise.First == 0:
		c.First = defaultComfortFirst
	}
	c.Every = y.Every.or(otherwise.Every)
	if c.Every == 0 {
		c.Every = defaultComfortEvery
	}
	if y.First.set && y.First.v > 0 && !says {
		b.add(y.First.at, "add position, wait or prompt", "nothing is said to those who wait")
	}
	return c
}

// comfortWords checks prompts that those hear who wait in a queue, by whatever tree of the
// site they came.
func (b *builder) comfortWords(of string) *treeBuilder {
	languages := slices.Sorted(maps.Keys(b.site.spoken()))
	if len(languages) == 0 {
		languages = []string{"fr"}
	}
	return &treeBuilder{builder: b, languages: languages, node: of}
}

// speaksOf checks which of the two variables a part names: each is said only by the part
// that is left out when it would be worse than before.
func (b *builder) speaksOf(written promptList, key, about string) {
	speaks := about == ""
	for _, v := range written {
		name, of := ivr.Prompt(v.v).Variable()
		switch {
		case !of || name != rehearsal.VarPosition && name != rehearsal.VarWait:
		case name == about:
			speaks = true
		default:
			b.add(v.at, "say it under "+name, "%s cannot say var.%s: it is said even if that has become worse", key, name)
		}
	}
	if !speaks && len(written) > 0 && written[0].set {
		example := map[string]string{rehearsal.VarPosition: "number:var.position", rehearsal.VarWait: "wait:var.wait"}[about]
		b.add(written[0].at, "add "+example, "%s does not say what it is about", key)
	}
}

// Comfort is what callers of a queue hear while they wait, for the engine.
func (s *Site) Comfort(q contact.Queue) Comfort { return s.Queues[q].Comfort }

// Limit is when a queue accepts nobody more, for the engine.
func (s *Site) Limit(q contact.Queue) rehearsal.Limit {
	return rehearsal.Limit{Waiting: s.Queues[q].Full, EstimatedWait: s.Queues[q].FullWait, PerAgent: s.Queues[q].FullPerAgent}
}
