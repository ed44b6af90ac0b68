package explanation

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/config"
	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/report"
	"github.com/guichet/guichet/routing"
)

// Routed is where an imagined contact would go, and why.
type Routed struct {
	Site string `json:"site"`
	// Version is the hash of the site folder that was asked.
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	// StandIn says that nobody is really there: every agent of the site is taken
	// as logged in and ready.
	StandIn bool `json:"stand_in,omitempty"`
	// FloorAt is the time at which the floor was looked at.
	FloorAt time.Time `json:"floor_at"`
	// EntryHours is what the hours of the entry say, which its menu asks before
	// anything else: open, closed or holiday.
	EntryHours calendar.Status     `json:"entry_hours"`
	Routing    routing.Explanation `json:"routing"`
	// Floor is absent for a contact that has no step to wait at.
	Floor *acd.Explanation `json:"floor,omitempty"`
	// Waiting is how many hold a place in the queue. Refused is why the contact
	// would be turned away before it is queued.
	Waiting int             `json:"waiting"`
	Refused contact.Refusal `json:"refused,omitempty"`
	full    string          // which limit is reached, in words
	// Brief says it in sentences, Details say why in all of them; lines are
	// indented by blanks.
	Brief   []string `json:"brief"`
	Details []string `json:"details"`
}

// Dry routes an imagined contact on a site and its floor, and changes nothing.
// now is the time of the floor in µs. The error is *Wrong.
func Dry(site *config.Site, state *fold.State, now int64, ask Ask) (*Routed, error) {
	return dry(site, state, now, ask, false)
}

// Offline does the same without a controller, with all agents of the site as
// stand-ins for a floor.
func Offline(site *config.Site, now int64, ask Ask) (*Routed, error) {
	state := fold.New()
	for _, id := range slices.Sorted(maps.Keys(site.Agents)) {
		state.Floor.Login(now, card(site.Agents[id]))
	}
	return dry(site, state, now, ask, true)
}

func dry(site *config.Site, state *fold.State, now int64, ask Ask, standIn bool) (*Routed, error) {
	floorAt := time.UnixMicro(now).In(site.Zone)
	attributes, at, err := ask.read(site, floorAt)
	if err != nil {
		return nil, err
	}
	r := &Routed{
		Site: site.Name, Version: site.Hash, At: at, StandIn: standIn, FloorAt: floorAt,
		EntryHours: site.At(at).Hours(attributes.Entry)("", at),
		Routing:    site.Plan.Explain(attributes, at),
	}
	d := r.Routing.Decision
	if d.Service == nil {
		view := state.View(engine.FloorQuery{Medium: attributes.Medium, Topic: attributes.Topic, At: at.UnixMicro(), Decision: d})
		r.Waiting, r.Refused = view.InQueue, d.Refused
		if attributes.Medium.Interactive() { // a mail waits for the next opening
			r.Refused = engine.TurnsAway(d, site.Limit(d.Queue), view)
			r.full = report.FullInWords(site.Limit(d.Queue).Reached(view))
		}
	} else {
		r.Refused = d.Refused
	}
	if len(d.Steps) > 0 {
		ticket := acd.Imagine(at.UnixMicro(), attributes.Medium, queued(attributes, d))
		e := state.Floor.Explain(acd.Question{At: at.UnixMicro(), Zone: site.Zone, Ticket: ticket, Beside: beside(site)})
		r.Floor = &e
	}
	r.write(site)
	return r, nil
}

// queued is what would be written of the contact.
func queued(a routing.Attributes, d routing.Decision) fact.Queued {
	return fact.Queued{
		Queue: d.Queue, Topic: a.Topic, Department: d.Department, Language: a.Language, Priority: d.Priority,
		Steps: d.Steps, Policies: d.Policies, Organisation: d.Organisation, Strategy: d.Strategy, Hours: d.Hours,
		Closing: d.Closing, Rule: d.Rule, Authentication: a.Authentication,
	}
}

// beside are the agents of the site as they would log in; those on the floor are
// known better there.
func beside(site *config.Site) []*acd.Agent {
	var all []*acd.Agent
	for _, id := range slices.Sorted(maps.Keys(site.Agents)) {
		a := site.Agents[id]
		all = append(all, &acd.Agent{
			ID: a.ID, Name: a.Name, State: acd.LoggedOut,
			Card: acd.Card{Center: a.Center, Skills: a.Skills, Files: a.Files.Departments, AllFiles: a.Files.All, Media: a.Media, Capacity: a.Capacity},
		})
	}
	return all
}

// card is how an agent of the site logs in.
func card(a config.Agent) fact.LoggedIn {
	return fact.LoggedIn{
		Agent: a.ID, Name: a.Name, Center: a.Center, Phone: cmp.Or(a.Phone, "none"), Skills: a.Skills,
		Files: a.Files.Departments, AllFiles: a.Files.All, Media: a.Media, Capacity: a.Capacity, WrapUp: a.WrapUp,
	}
}
