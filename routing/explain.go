package routing

import (
	"slices"
	"strconv"
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
)

// Explanation is a decision with its reasons: what was looked at, in which
// order, and why it did not hold. Everything in it is in the order in which it
// was looked at, so that it is the same each time.
type Explanation struct {
	At       time.Time      `json:"at"`
	Entry    contact.Entry  `json:"entry"`
	Medium   contact.Medium `json:"medium"`
	Topic    contact.Topic  `json:"topic,omitempty"`
	Language string         `json:"language,omitempty"`
	// Authentication says how far the menu has identified the person.
	Authentication int                `json:"authentication,omitempty"`
	PostalCode     string             `json:"postal_code,omitempty"`
	Department     contact.Department `json:"department,omitempty"`
	// ByPostalCode reports whether the department was found from the postal code.
	ByPostalCode bool `json:"by_postal_code,omitempty"`

	// Assignments up to the one that held; none for a contact that keeps the
	// organisation of an earlier routing.
	Assignments  []AssignmentLook     `json:"assignments"`
	Keeps        bool                 `json:"keeps_organisation,omitempty"`
	Organisation contact.Organisation `json:"organisation,omitempty"`
	// Rules up to the one that held: those read always, then the organisation's.
	Rules    []RuleLook       `json:"rules"`
	Queue    contact.Queue    `json:"queue,omitempty"`
	Priority int              `json:"priority,omitempty"`
	Ageing   contact.Ageing   `json:"ageing,omitzero"`
	Strategy contact.Strategy `json:"strategy,omitempty"`
	Steps    []StepLook       `json:"steps,omitempty"`
	Centers  []CenterLook     `json:"centers,omitempty"`
	Service  *ServiceLook     `json:"service,omitempty"`
	Refused  contact.Refusal  `json:"refused,omitempty"`

	// Decision is what is explained.
	Decision Decision `json:"-"`
}

// AssignmentLook is one look at an assignment. The one that holds decides the
// organisation.
type AssignmentLook struct {
	Name string `json:"name,omitempty"`
	// Departments is empty for all that are left.
	Departments  []contact.Department `json:"departments,omitempty"`
	Organisation contact.Organisation `json:"organisation"`
	From         time.Time            `json:"from,omitzero"`
	Until        time.Time            `json:"until,omitzero"`
	Holds        bool                 `json:"holds"`
	// Why it does not hold.
	Why Absence `json:"why,omitempty"`
}

// Absence is why something that is written does not count for a contact.
type Absence string

// The reasons. NotBegun and Over are about dates.
const (
	OtherDepartment Absence = "other_department"
	NotBegun        Absence = "not_begun"
	Over            Absence = "over"
)

// RuleLook is one look at a rule.
type RuleLook struct {
	Name  string `json:"name"`
	Holds bool   `json:"holds"`
	// Why lists everything that does not fit; empty for the rule that holds.
	Why []Mismatch `json:"why,omitempty"`
}

// Mismatch is a matcher of a rule that the contact does not fit.
type Mismatch struct {
	// What is entry, topic, department, language or authentication, or service for
	// a contact for whom no local service is known.
	What   string   `json:"what"`
	Wanted []string `json:"wanted,omitempty"`
	// Has is what the contact has instead; empty for nothing.
	Has string `json:"has,omitempty"`
}

// StepLook is a step as it is written and as it counts for the contact.
type StepLook struct {
	// Number counts the steps that remain from 1; it is 0 of a step that is left
	// out because none of its centers exists at that time.
	Number       int     `json:"number,omitempty"`
	AfterSeconds float64 `json:"after_seconds,omitempty"`
	// EstimatedWaitSeconds and PerAgent are what opens it before its time; 0 is nothing.
	EstimatedWaitSeconds float64          `json:"estimated_wait_seconds,omitempty"`
	PerAgent             int              `json:"per_agent,omitempty"`
	Centers              []contact.Center `json:"centers,omitempty"`
	LeftOut              []CenterOut      `json:"left_out,omitempty"`
	// Need has the contact's topic in the place of the word topic.
	Need  contact.Need `json:"need,omitempty"`
	Files bool         `json:"files,omitempty"`
}

// CenterOut is a center outside the dates of its existence.
type CenterOut struct {
	Center contact.Center `json:"center"`
	Why    Absence        `json:"why"`
	From   time.Time      `json:"from,omitzero"`
	Until  time.Time      `json:"until,omitzero"`
}

// CenterLook is whether a center of the steps is open.
type CenterLook struct {
	Center contact.Center `json:"center"`
	Turn
}

// Turn is what a calendar says at an instant.
type Turn struct {
	Open bool `json:"open"`
	// Status says why it is closed; Calendar is empty when nothing ever closes.
	Status   calendar.Status `json:"status,omitempty"`
	Calendar string          `json:"calendar,omitempty"`
	// Changes is when it closes, or when it opens next; absent if not within a
	// year.
	Changes time.Time `json:"changes,omitzero"`
}

// ServiceLook is the local service the contact goes to.
type ServiceLook struct {
	LocalService
	Turn
}

// Explain routes as Route does and keeps every reason.
func (p *Plan) Explain(a Attributes, at time.Time) Explanation {
	placed := p.placed(a)
	e := Explanation{
		At: at, Entry: a.Entry, Medium: a.Medium, Topic: a.Topic, Language: a.Language, PostalCode: a.PostalCode,
		Authentication: a.Authentication, Department: placed.Department, ByPostalCode: placed.Department != a.Department,
		Decision: p.Route(a, at),
	}
	d := &e.Decision
	e.Queue, e.Priority, e.Ageing, e.Organisation, e.Strategy, e.Refused = d.Queue, d.Priority, d.Ageing, d.Organisation, d.Strategy, d.Refused
	if e.Keeps = p.keeps(a); e.Keeps {
		e.Assignments = []AssignmentLook{}
	} else {
		e.Assignments = p.assignmentLooks(placed.Department, at)
	}
	rule := e.lookAtRules(p, placed)
	if d.Service != nil {
		e.Service = &ServiceLook{LocalService: *d.Service, Turn: turn(d.Service.Calendar, at)}
		return e
	}
	if rule != nil {
		e.Steps = p.stepLooks(rule, placed, at)
	}
	e.Centers = p.centerLooks(d.Steps, at)
	return e
}

func (p *Plan) assignmentLooks(d contact.Department, at time.Time) []AssignmentLook {
	looks := []AssignmentLook{}
	for _, a := range p.Assign {
		look := AssignmentLook{
			Name: a.Name, Departments: a.Departments, Organisation: a.Organisation,
			From: a.Period.From, Until: a.Period.Until,
		}
		if len(a.Departments) > 0 && !slices.Contains(a.Departments, d) {
			look.Why = OtherDepartment
		} else {
			look.Why = a.Period.absence(at)
		}
		look.Holds = look.Why == ""
		looks = append(looks, look)
		if look.Holds {
			break
		}
	}
	return looks
}

// absence says why a time is outside the period; empty if it is inside.
func (p Period) absence(at time.Time) Absence {
	switch {
	case p.Contains(at):
		return ""
	case at.Before(p.From):
		return NotBegun
	}
	return Over
}

// lookAtRules notes each rule until one holds, and returns that one.
func (e *Explanation) lookAtRules(p *Plan, a Attributes) *Rule {
	e.Rules = []RuleLook{}
	for _, rules := range [][]Rule{p.Always, p.Organisations[e.Organisation]} {
		for i := range rules {
			look := RuleLook{Name: rules[i].Name, Holds: p.holds(&rules[i], a)}
			if look.Holds {
				e.Rules = append(e.Rules, look)
				return &rules[i]
			}
			if look.Why = rules[i].Match.mismatches(a); len(look.Why) == 0 {
				look.Why = []Mismatch{{What: "service", Has: a.PostalCode}}
			}
			e.Rules = append(e.Rules, look)
		}
	}
	return nil
}

// mismatches lists the matchers that the contact does not fit.
func (m Match) mismatches(a Attributes) []Mismatch {
	var all []Mismatch
	all = appendMismatch(all, "entry", m.Entries, a.Entry)
	all = appendMismatch(all, "topic", m.Topics, a.Topic)
	all = appendMismatch(all, "department", m.Departments, a.Department)
	all = appendMismatch(all, "language", m.Languages, a.Language)
	return appendMismatch(all, "authentication", levels(m.Authentications), strconv.Itoa(a.Authentication))
}

// levels writes them as text.
func levels(list []int) []string {
	texts := make([]string, len(list))
	for i, level := range list {
		texts[i] = strconv.Itoa(level)
	}
	return texts
}

func appendMismatch[T ~string](all []Mismatch, what string, list []T, has T) []Mismatch {
	if among(list, has) {
		return all
	}
	wanted := make([]string, len(list))
	for i, v := range list {
		wanted[i] = string(v)
	}
	return append(all, Mismatch{What: what, Wanted: wanted, Has: string(has)})
}

func (p *Plan) stepLooks(r *Rule, a Attributes, at time.Time) []StepLook {
	looks, number := []StepLook{}, 0
	for _, written := range r.Steps {
		step, exists := p.resolve(written, a, at)
		look := StepLook{AfterSeconds: written.After.Seconds(), EstimatedWaitSeconds: written.EstimatedWait.Seconds(), PerAgent: written.PerAgent, Centers: step.Centers, Need: step.Need, Files: step.Files}
		if exists {
			number++
			look.Number = number
		}
		for _, c := range written.Centers {
			period := p.Centers[c].Period
			if why := period.absence(at); why != "" {
				look.LeftOut = append(look.LeftOut, CenterOut{Center: c, Why: why, From: period.From, Until: period.Until})
			}
		}
		looks = append(looks, look)
	}
	return looks
}

// centerLooks has each center of the steps once, in the order of the steps.
func (p *Plan) centerLooks(steps []contact.Step, at time.Time) []CenterLook {
	looks, seen := []CenterLook{}, map[contact.Center]bool{}
	for _, s := range steps {
		for _, c := range s.Centers {
			if !seen[c] {
				seen[c] = true
				looks = append(looks, CenterLook{Center: c, Turn: turn(p.Centers[c].Calendar, at)})
			}
		}
	}
	return looks
}

// within bounds how far ahead the next change is looked for.
const within = 366 * 24 * time.Hour

func turn(c *calendar.Calendar, at time.Time) Turn {
	if c == nil {
		return Turn{Open: true}
	}
	t := Turn{Calendar: c.Name(), Status: c.At(at)}
	t.Open = t.Status == calendar.Open
	for next, found := c.NextChange(at); found && next.Before(at.Add(within)); next, found = c.NextChange(next) {
		// A holiday may follow a closed evening: that is a change, and no opening.
		if (c.At(next) == calendar.Open) != t.Open {
			t.Changes = next
			break
		}
	}
	return t
}
