package config

import (
	"time"

	"github.com/guichet/guichet/internal/contact"
)

// queuesFile is queues.yaml: how each kind of wait is served. No center and no
// department belongs here.
type queuesFile struct {
	// Defaults hold for every queue that says nothing else.
	Defaults timesYAML        `yaml:"defaults"`
	AtClose  later            `yaml:"at_close"`
	Queues   table[queueYAML] `yaml:"queues,required"`
}

// timesYAML is the times that govern an offer and what follows it.
type timesYAML struct {
	// Ring is how long an agent's phone rings, 18s by default.
	Ring value[time.Duration] `yaml:"ring"`
	// WrapUp is the agent's time after the contact, 20s by default.
	WrapUp value[time.Duration] `yaml:"wrap_up"`
	// SetAside is how long an agent gets no offers after one that failed.
	SetAside struct {
		// NoAnswer is 5m by default.
		NoAnswer value[time.Duration] `yaml:"no_answer"`
		// Busy is 30s by default.
		Busy value[time.Duration] `yaml:"busy"`
		// Refused is 60s by default.
		Refused value[time.Duration] `yaml:"refused"`
	} `yaml:"set_aside"`
	Target later `yaml:"target"`
}

// queueYAML is one queue.
type queueYAML struct {
	// Label is what agents and statistics show.
	Label value[string] `yaml:"label"`
	// Full says when nobody more is accepted. Without it there is no limit.
	Full struct {
		// Waiting is the number of contacts that may wait.
		Waiting value[int] `yaml:"waiting"`
		// Then is dissuade: the exit on_full of the queue node is taken.
		Then          value[string] `yaml:"then"`
		EstimatedWait later         `yaml:"estimated_wait"`
	} `yaml:"full"`
	// Strategy is longest_ready: of the agents who may serve, the one ready
	// for the longest time.
	Strategy value[string] `yaml:"strategy"`
	// Music is the class of music on hold in Asterisk, default by default.
	Music value[string] `yaml:"music"`
	timesYAML
	Code later `yaml:"code"`
}

func (b *builder) buildQueues(f queuesFile) {
	b.site.Queues = make(map[contact.Queue]Queue, len(f.Queues))
	defaults := b.policies(f.Defaults, contact.DefaultPolicies())
	for _, r := range f.Queues {
		b.name(r.key, "a queue")
		b.between(r.v.Full.Waiting, 1, 1_000_000)
		b.available(r.v.Full.Then, []string{"dissuade"}, "callback", "message")
		b.available(r.v.Strategy, []string{"longest_ready"}, "best_level")
		b.site.Queues[contact.Queue(r.key.v)] = Queue{
			Name:     contact.Queue(r.key.v),
			Label:    r.v.Label.or(r.key.v),
			Full:     r.v.Full.Waiting.v,
			Music:    r.v.Music.or("default"),
			Policies: b.policies(r.v.timesYAML, defaults),
		}
	}
}

// policies lays the times written over those that hold otherwise.
func (b *builder) policies(t timesYAML, otherwise contact.Policies) contact.Policies {
	b.lasts(t.Ring, 3*time.Second, 2*time.Minute)
	b.lasts(t.WrapUp, 0, time.Hour)
	for _, aside := range []value[time.Duration]{t.SetAside.NoAnswer, t.SetAside.Busy, t.SetAside.Refused} {
		b.lasts(aside, 0, 12*time.Hour)
	}
	return contact.Policies{
		Ring:     t.Ring.or(otherwise.Ring),
		WrapUp:   t.WrapUp.or(otherwise.WrapUp),
		NoAnswer: t.SetAside.NoAnswer.or(otherwise.NoAnswer),
		Busy:     t.SetAside.Busy.or(otherwise.Busy),
		Refused:  t.SetAside.Refused.or(otherwise.Refused),
	}
}
