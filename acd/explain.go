package acd

import (
	"cmp"
	"slices"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
)

// Explanation says who may serve a contact, who may not and why, and what comes
// next for it. It is made of the judgements that the match itself is made of,
// and in an order that does not depend on chance. Times are in a zone for
// people.
type Explanation struct {
	At    time.Time     `json:"at"`
	Queue contact.Queue `json:"queue"`
	// Step is the number of the step that is open, from 1; Since is when it was
	// opened.
	Step  int       `json:"step"`
	Since time.Time `json:"since,omitzero"`
	// Steps are the open one and those to come.
	Steps []StepView `json:"steps"`
	// Place is absent for a contact that is only imagined.
	Place *Place `json:"place,omitempty"`
	// Next is the step that opens next; absent if none will.
	Next *Next `json:"next,omitempty"`
	End  End   `json:"end,omitzero"`
}

// StepView is one step with everybody of the floor in it: each agent is counted
// exactly once, under the first reason that applies.
type StepView struct {
	// Number counts from 1.
	Number       int     `json:"number"`
	AfterSeconds float64 `json:"after_seconds,omitempty"`
	// EstimatedWaitSeconds and PerAgent are what opens it before its time; 0 is nothing.
	EstimatedWaitSeconds float64 `json:"estimated_wait_seconds,omitempty"`
	PerAgent             int     `json:"per_agent,omitempty"`
	// Opens is when its time comes; absent for the open step, and for one whose
	// centers stay closed.
	Opens   time.Time    `json:"opens,omitzero"`
	Centers []CenterTurn `json:"centers"`
	Need    contact.Need `json:"need,omitempty"`
	Files   bool         `json:"files,omitempty"`
	// Department is whose files must be open to the agent, if Files.
	Department contact.Department `json:"department,omitempty"`
	// Here counts the agents logged in who may serve.
	Here int `json:"here"`
	// Able are those who may serve by what they do now, the ready first, each in
	// the order in which they would be asked or become free. The last may be
	// those who are logged out.
	Able []Group `json:"able"`
	// Others are those who may not serve, by the reason.
	Others []Group `json:"others"`
}

// Ready counts the agents who could be asked at once.
func (s *StepView) Ready() int {
	if len(s.Able) > 0 && s.Able[0].Reason == Reason(Ready) {
		return s.Able[0].Count
	}
	return 0
}

// Reason is a State for those who may serve, or NoSpareCapacity; and another Refusal for
// those who may not.
type Reason string

// ClosedCenter is the refusal of an agent whose center does not serve now.
const ClosedCenter Refusal = "closed_center"

// Group is the agents of one reason.
type Group struct {
	Reason Reason `json:"reason"`
	// Center is theirs, of those of another or a closed center.
	Center contact.Center `json:"center,omitempty"`
	// Skill is what they lack: they have Has of it and need Needs.
	Skill contact.Skill `json:"skill,omitempty"`
	Has   int           `json:"has,omitempty"`
	Needs int           `json:"needs,omitempty"`
	Count int           `json:"count"`
	// Ready counts those of them who are ready now, and passed over.
	Ready int `json:"ready,omitempty"`
	// People are the first few; none of another center, where the center is the
	// reason and not the person.
	People []Person `json:"people,omitempty"`
}

// Person is an agent as an explanation names him.
type Person struct {
	Agent  contact.Agent  `json:"agent"`
	Name   string         `json:"name,omitempty"`
	Center contact.Center `json:"center"`
	State  State          `json:"state"`
	// Since is when the state began; of a ready agent, what counts for his turn.
	Since time.Time `json:"since,omitzero"`
	// Until is when a wrap-up or a set-aside ends by itself, Why its reason or
	// that of a pause.
	Until time.Time `json:"until,omitzero"`
	Why   string    `json:"why,omitempty"`
	// Level is his level in what is needed, where the strategy looks at it.
	Level int `json:"level,omitempty"`
	// Then is what was asked for after the present contact: pause or logout.
	Then string `json:"then,omitempty"`
	// AtHand is how many of the contact's medium he has at hand, of Capacity; 0 of 0 is that
	// he serves one contact at a time.
	AtHand   int `json:"at_hand,omitempty"`
	Capacity int `json:"capacity,omitempty"`
}

// CenterTurn is whether a center of a step serves the contact.
type CenterTurn struct {
	Center contact.Center `json:"center"`
	// Serves is also true of a center that has closed a short while ago, for
	// those who waited already.
	Serves bool `json:"serves"`
	Open   bool `json:"open"`
	// Closes is when it closes, Stops when it stops serving who waits still, and
	// Opens when it serves again. Absent is not as far as the hours are known.
	Closes time.Time `json:"closes,omitzero"`
	Stops  time.Time `json:"stops,omitzero"`
	Opens  time.Time `json:"opens,omitzero"`
}

// maxNamed bounds how many people a group names.
const maxNamed = 5

// Question is what is to be explained.
type Question struct {
	// At is µs of site time, Zone the site's.
	At   int64
	Zone *time.Location
	// Ticket is a contact of the floor, or one that is imagined.
	Ticket *Ticket
	// Beside are agents who are not on the floor and count all the same.
	Beside []*Agent
}

// Imagine is the place that a contact would get if it were queued now.
func Imagine(at int64, m contact.Medium, q fact.Queued) *Ticket {
	t := newTicket(at, "", m, q)
	t.WaitingSince = at
	return t
}

// Explain changes nothing. It looks at every agent once a step: it is for
// people who ask, not for the match.
func (f *Floor) Explain(q Question) Explanation {
	x := explainer{Question: q, floor: f, people: f.everybody(q.Beside)}
	t := q.Ticket
	e := Explanation{At: x.time(q.At), Queue: t.Queue, Step: t.Step + 1, Since: x.time(t.CircleSince), Steps: []StepView{}}
	for i := t.Step; i < len(t.Steps); i++ {
		e.Steps = append(e.Steps, x.step(i))
	}
	e.Next, e.End = x.next(e.Steps), x.end()
	if f.Tickets[t.Contact] == t {
		e.Place = x.place()
	}
	return e
}

// everybody is the agents of the floor and those beside it, by id.
func (f *Floor) everybody(beside []*Agent) []*Agent {
	all := f.Roll()
	for _, a := range beside {
		if f.Agents[a.ID] == nil {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *Agent) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// explainer is one run of Explain.
type explainer struct {
	Question
	floor  *Floor
	people []*Agent
}

// time is one for people; 0 is none.
func (x *explainer) time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).In(x.Zone)
}

// step sorts everybody into the groups of one step.
func (x *explainer) step(i int) StepView {
	t := x.Ticket
	s := t.Steps[i]
	v := StepView{Number: i + 1, AfterSeconds: s.After.Seconds(), Need: s.Need, Files: s.Files, Able: []Group{}, Others: []Group{}}
	if i > t.Step {
		v.EstimatedWaitSeconds, v.PerAgent = s.EstimatedWait.Seconds(), s.PerAgent
	}
	if s.Files {
		v.Department = t.Department
	}
	if i > t.Step {
		if opens, ever := t.opensAt(i, 0); ever {
			v.Opens = x.time(opens)
		}
	}
	for _, c := range s.Centers {
		v.Centers = append(v.Centers, x.center(i, c))
	}
	able, others := groups{}, groups{}
	ask := AskOf(t.Medium, t.Department, s, s.Centers)
	for _, a := range x.people {
		if refused := x.refusal(i, a, ask); refused.Reason != "" {
			others.add(refused, a)
			continue
		}
		able.add(Group{Reason: a.doing(t.Medium)}, a)
		if a.State != LoggedOut && !a.LeaveWanted {
			v.Here++
		}
	}
	v.Able, v.Others = able.list(x, s.Need), others.list(x, s.Need)
	return v
}

// serves reports whether a center of a step serves now. For the open step the
// match goes by the centers of its fact, not by the clock.
func (x *explainer) serves(step int, c contact.Center) bool {
	if step == x.Ticket.Step {
		return slices.Contains(x.Ticket.Centers, c)
	}
	return x.Ticket.inHours(c, x.At)
}

// refusal is the group of an agent who may not serve the ask, or one without a
// reason.
func (x *explainer) refusal(step int, a *Agent, ask Ask) Group {
	why := Serves(&a.Card, ask)
	if why != OtherMedium && why != OtherCenter && !x.serves(step, a.Center) {
		why = ClosedCenter
	}
	g := Group{Reason: Reason(why)}
	switch why {
	case OtherCenter, ClosedCenter:
		g.Center = a.Center
	case LacksSkill:
		for _, r := range ask.Need {
			if has := a.Skills[r.Skill]; has < r.Level {
				g.Skill, g.Has, g.Needs = r.Skill, has, r.Level
				break
			}
		}
	}
	return g
}

func (x *explainer) center(step int, c contact.Center) CenterTurn {
	t := x.Ticket
	turn := CenterTurn{Center: c, Open: t.Hours.Open(c, x.At), Serves: x.serves(step, c)}
	if !turn.Serves {
		if at, ever := t.serves(c, x.At); ever {
			turn.Opens = x.time(at)
		}
		return turn
	}
	if at, ever := t.stops(c, x.At); ever {
		turn.Stops = x.time(at)
	}
	for _, w := range t.Hours[c] {
		if w.From <= x.At && x.At < w.Until {
			turn.Closes = x.time(w.Until)
		}
	}
	return turn
}

// groups collects agents by group.
type groups map[groupKey]*gathering

// groupKey is what tells one group from another.
type groupKey struct {
	Reason Reason
	Center contact.Center
	Skill  contact.Skill
	Has    int
}

type gathering struct {
	Group
	agents []*Agent
}

func (g groups) add(to Group, a *Agent) {
	key := groupKey{to.Reason, to.Center, to.Skill, to.Has}
	if g[key] == nil {
		g[key] = &gathering{Group: to}
	}
	g[key].agents = append(g[key].agents, a)
}

// reasons in the order in which they are told.
var reasons = func() map[Reason]int {
	order := map[Reason]int{}
	for _, s := range States {
		order[Reason(s)] = len(order)
		if s == Ready {
			order[Reason(NoSpareCapacity)] = len(order)
		}
	}
	for _, r := range []Refusal{ClosedCenter, LacksSkill, NoFileRight, OtherCenter, OtherMedium} {
		order[Reason(r)] = len(order)
	}
	return order
}()

func (g groups) list(x *explainer, need contact.Need) []Group {
	list := make([]Group, 0, len(g))
	for _, gathered := range g {
		list = append(list, x.group(gathered, need))
	}
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(reasons[a.Reason], reasons[b.Reason]), cmp.Compare(a.Skill, b.Skill), cmp.Compare(b.Has, a.Has),
			cmp.Compare(a.Center, b.Center),
		)
	})
	return list
}

// group names the first of those gathered.
func (x *explainer) group(g *gathering, need contact.Need) Group {
	group := g.Group
	group.Count = len(g.agents)
	mayServe := reasons[group.Reason] < reasons[Reason(ClosedCenter)]
	for _, a := range g.agents {
		if a.State == Ready && group.Reason != Reason(Ready) {
			group.Ready++
		}
	}
	if group.Reason == Reason(OtherCenter) {
		return group
	}
	prefers, byTurn := strategies[x.Ticket.Strategy], byReadiness
	if m := x.Ticket.Medium; m != contact.Voice {
		byTurn = byTurnFor(m)
	}
	slices.SortFunc(g.agents, func(a, b *Agent) int {
		if group.Reason == Reason(Ready) {
			return cmp.Or(cmp.Compare(prefers.level(&b.Card, need), prefers.level(&a.Card, need)), byTurn(a, b))
		}
		return bySoonest(a, b)
	})
	for _, a := range g.agents[:min(len(g.agents), maxNamed)] {
		person := x.person(a)
		if mayServe {
			person.Level = prefers.level(&a.Card, need)
		}
		group.People = append(group.People, person)
	}
	return group
}

// doing is what an agent does, as far as contacts of a medium go.
func (a *Agent) doing(m contact.Medium) Reason {
	switch {
	case a.State != Ready || !a.beside(m) || a.room(m):
		return Reason(a.State)
	case a.Hands[m].Until != 0:
		return Reason(SetAside)
	}
	return Reason(NoSpareCapacity)
}

// bySoonest orders agents of one state: those first who become free first, as
// far as anybody knows.
func bySoonest(a, b *Agent) int {
	switch {
	case a.Until != 0 && b.Until == 0:
		return -1
	case a.Until == 0 && b.Until != 0:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Until, b.Until), cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
}

func (x *explainer) person(a *Agent) Person {
	p := Person{Agent: a.ID, Name: a.Name, Center: a.Center, State: a.State, Since: x.time(a.Since), Until: x.time(a.Until), Why: a.Why}
	if a.State == Ready {
		p.Since = x.time(a.ReadySince)
	}
	if m := x.Ticket.Medium; a.beside(m) {
		p.AtHand, p.Capacity = a.load(m), a.Capacity[m]
		if h := a.Hands[m]; a.State == Ready && h.Until != 0 {
			p.State, p.Since, p.Until, p.Why = SetAside, x.time(h.Since), x.time(h.Until), h.Why
		}
	}
	switch {
	case a.LeaveWanted:
		p.Then = "logout"
	case a.PauseWanted != "":
		p.Then = "pause"
	}
	return p
}
