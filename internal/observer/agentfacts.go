package observer

import (
	"encoding/json"
)

func (f *floor) agentFact(e entry, d facts) string {
	if e.Kind == "agent_logged_in" || e.Kind == "agent_renewed" || e.Kind == "agent_seated" {
		return f.dealt(e, d)
	}
	if e.Kind == "agent_changed" {
		return f.changed(e, d)
	}
	a := f.agents[d.Agent]
	if a == nil || a.state == "out" {
		return "agent is not logged in"
	}
	switch e.Kind {
	case "agent_logged_out":
		if a.offer != "" {
			a.leaves = true
		} else {
			a.enter("out", e.At, 0)
		}
	case "agent_paused":
		if a.offer != "" || a.state == "wrap_up" {
			a.pauses = true
		} else {
			a.enter("paused", e.At, 0)
		}
	case "agent_resumed":
		if a.inTrouble() {
			if d.Hands && len(a.asides) > 0 {
				a.asides = nil
				return ""
			}
			return "the phone cannot ring"
		}
		a.pauses, a.leaves, a.asides = false, false, nil
		if a.offer == "" && a.state != "ready" {
			a.enter("ready", e.At, 0)
		}
	case "agent_wrap_up":
		return a.wrapsUp(e.At, d)
	case "agent_phone":
		return a.isSeen(e.At, d)
	case "agent_reachable":
		if a.state != "aside" || a.why != "unreachable" {
			return "not set aside as unreachable"
		}
		a.enter("ready", e.At, 0)
	case "expired":
		// Its version is not counted here; its deadline is known.
		if d.Medium != "" {
			if until := a.asides[d.Medium]; until == 0 || e.At < until {
				return "nothing to expire"
			}
			delete(a.asides, d.Medium)
			break
		}
		if (a.state != "wrap_up" && a.state != "aside") || a.until == 0 || e.At < a.until {
			return "nothing to expire"
		}
		a.release(e.At)
	}
	return ""
}

// wrapsUp ends the wrap-up that is meant, or makes it longer.
func (a *agent) wrapsUp(at int64, d facts) string {
	until := min(a.until+d.Extend/1000, a.began+d.Longest/1000)
	switch {
	case a.state != "wrap_up" || a.began != d.Since || d.Extend < 0:
		return "not that wrap-up"
	case d.Extend == 0:
		a.release(at)
	case until <= a.until:
		return "it is as long as it may be"
	default:
		a.until = until
	}
	return ""
}

// isSeen is whether the phone can ring.
func (a *agent) isSeen(at int64, d facts) string {
	known := d.Trouble == "" || d.Trouble == "unregistered" || d.Trouble == "own_call"
	if !known || a.phone() != d.Phone || a.trouble == d.Trouble {
		return "nothing new of that phone"
	}
	kept := a.state == "ready" || a.inTrouble()
	a.trouble = d.Trouble
	if kept {
		a.enter("ready", at, 0)
	}
	return ""
}

// inTrouble reports whether the phone alone keeps the agent from being ready.
func (a *agent) inTrouble() bool {
	return a.state == "aside" && a.trouble != "" && a.why == a.trouble
}

// seated refuses a log-in by which somebody would have to give way.
func (f *floor) seated(in card, phone string) string {
	for _, a := range f.agents {
		switch {
		case a.state == "out":
		case a.id == in.Agent && a.phone() != phone && phone != "":
			return "logged in at another phone"
		case a.id == in.Agent:
			return ""
		}
	}
	for _, a := range f.agents {
		if a.state != "out" && (phone != "" && a.phone() == phone || a.visits != "" && a.visits == in.Phone && phone == "") {
			return "another agent is at that phone"
		}
	}
	return ""
}

// dealt puts an agent on the floor, or renews the card.
func (f *floor) dealt(e entry, d facts) string {
	var in card
	if e.Kind == "agent_renewed" || e.Kind == "agent_seated" {
		in = d.Card
	} else if json.Unmarshal(e.Data, &in) != nil {
		return "malformed"
	}
	if in.Agent == "" || in.Phone == "" {
		return "agent without id or phone"
	}
	seat := ""
	if e.Kind == "agent_seated" {
		if seat = d.Phone; seat == "" {
			return "agent without phone"
		}
	}
	if e.Kind != "agent_renewed" {
		if void := f.seated(in, seat); void != "" {
			return void
		}
	}
	a := f.agents[in.Agent]
	if e.Kind == "agent_renewed" && (a == nil || a.state == "out") {
		return "agent is not on the floor"
	}
	if a == nil {
		a = &agent{id: in.Agent, state: "out"}
		f.agents[in.Agent] = a
	}
	if a.visits == "" && a.card.Phone != in.Phone && a.trouble != "" { // of another phone
		ready := a.inTrouble()
		if a.trouble = ""; ready {
			a.enter("ready", e.At, 0)
		}
	}
	a.card = in
	if a.visits == in.Phone {
		a.visits = ""
	}
	f.overlay(a)
	if e.Kind != "agent_renewed" {
		a.leaves = false
		if a.state == "out" {
			if seat != in.Phone {
				a.visits = seat
			}
			if d.OnCall {
				a.trouble = "own_call"
			}
			a.enter("ready", e.At, 0)
		}
	}
	a.since = max(a.since, e.At)
	return ""
}

// overlay lays what was changed by hand over the card.
func (f *floor) overlay(a *agent) {
	o := f.cards[a.id]
	if o == nil {
		return
	}
	if o.center != "" {
		a.card.Center = o.center
	}
	skills := map[string]int{}
	for s, level := range a.card.Skills {
		skills[s] = level
	}
	for s, level := range o.skills {
		skills[s] = level
	}
	a.card.Skills = skills
}

func (f *floor) changed(e entry, d facts) string {
	if d.Reset {
		// What the site says is not kept here: judged anew at the next log-in.
		delete(f.cards, d.Agent)
		return ""
	}
	o := f.cards[d.Agent]
	if o == nil {
		o = &overlay{skills: map[string]int{}}
		f.cards[d.Agent] = o
	}
	if d.Center != "" {
		o.center = d.Center
	}
	for s, level := range d.Skills {
		o.skills[s] = level
	}
	if a := f.agents[d.Agent]; a != nil {
		f.overlay(a)
		a.since = max(a.since, e.At)
	}
	return ""
}
