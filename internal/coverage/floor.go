package coverage

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/contact"
)

// floor is all agents of a site, those who are the same to every contact in one
// crew, by the center they belong to.
type floor map[contact.Center][]*crew

type crew struct {
	card   acd.Card
	agents []contact.Agent
}

// muster calls the roll of the site.
func muster(site *config.Site) floor {
	all := floor{}
	byCard := map[string]*crew{}
	for _, id := range slices.Sorted(maps.Keys(site.Agents)) {
		card := cardOf(site.Agents[id])
		text, err := json.Marshal(card)
		if err != nil {
			panic(fmt.Sprintf("coverage: the card of agent %s is not JSON: %v", id, err))
		}
		c := byCard[string(text)]
		if c == nil {
			c = &crew{card: card}
			byCard[string(text)] = c
			all[card.Center] = append(all[card.Center], c)
		}
		c.agents = append(c.agents, id)
	}
	return all
}

// cardOf is what the floor knows of an agent after the log-in.
func cardOf(a config.Agent) acd.Card {
	return acd.Card{Center: a.Center, Skills: a.Skills, Files: a.Files.Departments, AllFiles: a.Files.All, Media: a.Media}
}

// able counts the agents who meet an ask. Only crews of its centers are asked,
// since nobody else can.
func (f floor) able(k acd.Ask) int {
	n := 0
	for _, center := range k.Centers {
		for _, c := range f[center] {
			if acd.Serves(&c.card, k) == acd.NoRefusal {
				n += len(c.agents)
			}
		}
	}
	return n
}

// refusals counts the agents of an ask's centers by why they cannot serve.
func (f floor) refusals(k acd.Ask) map[acd.Refusal]int {
	why := map[acd.Refusal]int{}
	for _, center := range k.Centers {
		for _, c := range f[center] {
			why[acd.Serves(&c.card, k)] += len(c.agents)
		}
	}
	return why
}
