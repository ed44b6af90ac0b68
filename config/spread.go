package config

import (
	"maps"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// Spread gives somebody the general level in every one of these topics in which
// there is no own level, as the site does for its own topics. What is given is
// not changed.
func Spread(levels map[contact.Skill]int, topics []contact.Topic) map[contact.Skill]int {
	general, has := levels[routing.TopicSkill]
	if !has {
		return levels
	}
	spread := maps.Clone(levels)
	for _, topic := range topics {
		if _, own := spread[contact.Skill(topic)]; !own {
			spread[contact.Skill(topic)] = general
		}
	}
	return spread
}
