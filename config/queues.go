package config

import (
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
)

// queuesFile is queues.yaml: how each kind of wait is served. No center and no
// department belongs here.
type queuesFile struct {
	// Defaults hold for every queue that says nothing else.
	Defaults timesYAML `yaml:"defaults"`
	// AtClose says what becomes of those who wait when nobody new is accepted.
	AtClose closeYAML        `yaml:"at_close"`
	Queues  table[queueYAML] `yaml:"queues,required"`
	// Mailboxes are where callers leave recorded messages.
	Mailboxes table[mailboxYAML] `yaml:"mailboxes"`
	// Treatment is what agents can note of a contact.
	Treatment treatmentYAML `yaml:"treatment"`
	// MaxMoves is how often agents may send one call on to a queue, 5 by default.
	MaxMoves value[int] `yaml:"max_moves"`
	// MaxTransfers is how often agents may pass one call on to a colleague, 10 by default.
	MaxTransfers value[int] `yaml:"max_transfers"`
}

// timesYAML is the times that govern an offer and what follows it, and what the
// site wants.
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
		// Unreachable is for an agent whose phone could not be reached: until_registered,
		// the default, is until the phone registers, 10s at least, and as no_answer at a
		// number outside, which never does; a duration, 10s to 12h, is for both.
		Unreachable unreachableYAML `yaml:"unreachable"`
	} `yaml:"set_aside"`
	// Target is the share of those who ask that should be answered, 80% by
	// default, and the wait in which, 60s by default. It is what reports measure
	// by; nothing is decided by it.
	Target struct {
		Answered percentYAML          `yaml:"answered"`
		Within   value[time.Duration] `yaml:"within"`
	} `yaml:"target"`
	// Redial is for how long whoever hung up and calls again for the same topic
	// finds the place kept: 0s, not at all, by default; 15m at most.
	Redial value[time.Duration] `yaml:"redial"`
	// Callback says how people are called back whom a callback node promised it.
	Callback callbackYAML `yaml:"callback"`
	// Comfort is what callers hear while they wait; music alone by default. What a queue
	// says replaces that of all, key by key.
	Comfort comfortYAML `yaml:"comfort"`
}

// closeYAML is what becomes of accepted contacts that nobody will serve.
type closeYAML struct {
	// ServeWaiting is how long they are still served after the last center that
	// could has closed, 20m by default.
	ServeWaiting value[time.Duration] `yaml:"serve_waiting"`
	// NobodyLeft is how long they wait once nobody is logged in who could serve,
	// 2m by default.
	NobodyLeft value[time.Duration] `yaml:"nobody_left"`
	// Then is menu: the exit on_closed or on_no_agent of the queue node is taken.
	Then value[string] `yaml:"then"`
}

// queueYAML is one queue.
type queueYAML struct {
	// Label is what agents and statistics show.
	Label value[string] `yaml:"label"`
	// Number is what agents key on their phones to send a caller on to this queue, one to
	// six digits; without it, no phone can.
	Number value[string] `yaml:"number"`
	// Full says when nobody more is accepted. Without it there is no limit.
	Full fullYAML `yaml:"full"`
	// Strategy is which of several agents who may serve is taken: longest_ready,
	// the one ready for the longest time, by default; best_level, the one with the
	// highest levels in what is needed.
	Strategy value[string] `yaml:"strategy"`
	// Music is the class of music on hold in Asterisk, default by default.
	Music value[string] `yaml:"music"`
	timesYAML
	// Whisper is what an agent who has answered hears before the caller hears him,
	// eight seconds at most; nothing by default.
	Whisper whisperYAML `yaml:"whisper"`
	// Recording has conversations recorded, for a purpose and until a day; none are by
	// default.
	Recording recordingYAML `yaml:"recording"`
	// Satisfaction is one question to whoever was answered, and stays on the line when the
	// agent has hung up; nobody is asked by default.
	Satisfaction satisfactionYAML `yaml:"satisfaction"`
	// AtClose replaces that of all queues, key by key.
	AtClose closeYAML `yaml:"at_close"`
	// Code is required when agents must note of each contact what it was really
	// about, and what came of it if results are given, before they are ready again;
	// optional by default.
	Code value[string] `yaml:"code"`
}

// fullYAML is the limits of a queue.
type fullYAML struct {
	at place
	// Waiting is the number of contacts that may wait.
	Waiting value[int] `yaml:"waiting"`
	// EstimatedWait is the longest wait that anybody is asked to accept.
	EstimatedWait value[time.Duration] `yaml:"estimated_wait"`
	// PerAgent is how many may wait for each agent who is logged in and could serve, while
	// none of them is free.
	PerAgent value[int] `yaml:"per_agent"`
	// Then is dissuade: the exit on_full of the queue node is taken.
	Then value[string] `yaml:"then"`
}

type fullFields fullYAML

func (f *fullYAML) read(d *document, n ast.Node) {
	f.at = d.at(n)
	d.read(n, (*fullFields)(f))
	if f.Then.set && f.Waiting.at == (place{}) && f.EstimatedWait.at == (place{}) && f.PerAgent.at == (place{}) {
		d.add(f.Then.at, "add waiting: 60, estimated_wait: 15m or per_agent: 4", "nothing says when the queue is full")
	}
}

// percentYAML is a share such as 85%.
type percentYAML struct{ value[string] }

func (p *percentYAML) read(d *document, n ast.Node) {
	p.at = d.at(n)
	text, k := d.scalar(n)
	digits, percent := strings.CutSuffix(text, "%")
	share, err := strconv.Atoi(digits)
	switch {
	case k == noScalar || k == reported:
		p.value.read(d, n)
		p.set = false
	case err != nil || !percent || share < 1 || share > 100:
		d.add(p.at, "write it like 85%", "%q is not a share", text)
	default:
		p.v, p.set = digits, true
	}
}

// unreachableYAML is until_registered, or a duration.
type unreachableYAML struct {
	value[time.Duration]
	registered bool
}

// untilRegistered sets an agent aside until his phone is there again.
const untilRegistered = "until_registered"

func (u *unreachableYAML) read(d *document, n ast.Node) {
	text, k := d.scalar(n)
	if k == noScalar || k == reported {
		u.value.read(d, n)
		return
	}
	u.at, u.registered = d.at(n), k == asText && text == untilRegistered
	problem := ""
	if !u.registered {
		problem, _ = u.parse(text, k)
	}
	if u.set = problem == ""; !u.set {
		d.add(u.at, "write "+untilRegistered+", or a duration such as 2m", "%q is not a duration", text)
	}
}

// percent is the share, or another if none was written.
func (p percentYAML) percent(otherwise int) int {
	if !p.set {
		return otherwise
	}
	share, _ := strconv.Atoi(p.v)
	return share
}

// defaultTarget is that of a site that says nothing else.
var defaultTarget = Target{Answered: 80, Within: time.Minute}

func (b *builder) buildQueues(f queuesFile) {
	b.site.Queues = make(map[contact.Queue]Queue, len(f.Queues))
	b.site.MaxMoves, b.site.MaxTransfers = b.often(f.MaxMoves, defaultMoves), b.often(f.MaxTransfers, defaultTransfers)
	defaults := b.timed(f.Defaults, "defaults", Queue{Policies: contact.DefaultPolicies(), Target: defaultTarget, Callbacks: defaultCallbacks})
	defaults.Closing = b.closing(f.AtClose, contact.DefaultClosing())
	for _, r := range f.Queues {
		b.name(r.key, "a queue")
		q := b.timed(r.v.timesYAML, r.key.v, defaults)
		q.Name, q.Label, q.Music = contact.Queue(r.key.v), r.v.Label.or(r.key.v), r.v.Music.or(defaultMusic)
		q.Number = r.v.Number.v
		q.Full, q.FullWait, q.FullPerAgent = b.full(r.v.Full)
		q.Strategy = b.strategy(r.v.Strategy)
		q.Closing = b.closing(r.v.AtClose, defaults.Closing)
		b.oneOf(r.v.Code, "optional", "required")
		q.Recording = b.recorded(r.v.Recording, r.key.v)
		q.Satisfaction = b.asked(r.v.Satisfaction, r.key.v)
		q.Whisper = b.whisper(r.v.Whisper, r.key.v)
		q.CodeRequired = r.v.Code.v == "required"
		b.site.Queues[q.Name] = q
	}
}

// defaultMoves lets agents err, and keeps a call from circling without end; defaultTransfers
// is of those between colleagues, who speak to each other.
const (
	defaultMoves     = 5
	defaultTransfers = 10
)

func (b *builder) often(v value[int], otherwise int) int {
	b.between(v, 1, 50)
	return v.or(otherwise)
}

func (b *builder) full(f fullYAML) (waiting int, wait time.Duration, perAgent int) {
	b.between(f.Waiting, 1, 1_000_000)
	b.lasts(f.EstimatedWait, 10*time.Second, 4*time.Hour)
	b.between(f.PerAgent, 1, 1000)
	b.available(f.Then, []string{"dissuade"}, "callback", "message")
	return f.Waiting.v, f.EstimatedWait.v, f.PerAgent.v
}

func (b *builder) strategy(v value[string]) contact.Strategy {
	b.oneOf(v, string(contact.LongestReady), string(contact.BestLevel))
	return contact.Strategy(v.or(string(defaultStrategy)))
}

func (b *builder) closing(y closeYAML, otherwise contact.Closing) contact.Closing {
	b.lasts(y.ServeWaiting, 0, 12*time.Hour)
	b.lasts(y.NobodyLeft, 0, time.Hour)
	b.available(y.Then, []string{"menu"}, "callback", "message")
	return contact.Closing{
		ServeWaiting: y.ServeWaiting.or(otherwise.ServeWaiting),
		NobodyLeft:   y.NobodyLeft.or(otherwise.NobodyLeft),
	}
}

// timed lays the times and the target written over those that hold otherwise.
func (b *builder) timed(t timesYAML, of string, otherwise Queue) Queue {
	b.lasts(t.Ring, 3*time.Second, 2*time.Minute)
	b.lasts(t.WrapUp, 0, time.Hour)
	for _, aside := range []value[time.Duration]{t.SetAside.NoAnswer, t.SetAside.Busy, t.SetAside.Refused} {
		b.lasts(aside, 0, 12*time.Hour)
	}
	if aside := t.SetAside.Unreachable; !aside.registered {
		b.lasts(aside.value, contact.UnreachableAtLeast, 12*time.Hour)
	}
	b.lasts(t.Target.Within, time.Second, time.Hour)
	b.lasts(t.Redial, 0, contact.MaxRedial)
	q := otherwise
	q.Policies = contact.Policies{
		Ring:        t.Ring.or(otherwise.Policies.Ring),
		WrapUp:      t.WrapUp.or(otherwise.Policies.WrapUp),
		NoAnswer:    t.SetAside.NoAnswer.or(otherwise.Policies.NoAnswer),
		Busy:        t.SetAside.Busy.or(otherwise.Policies.Busy),
		Refused:     t.SetAside.Refused.or(otherwise.Policies.Refused),
		Unreachable: t.SetAside.Unreachable.or(otherwise.Policies.Unreachable),
	}
	q.Target = Target{
		Answered: t.Target.Answered.percent(otherwise.Target.Answered),
		Within:   t.Target.Within.or(otherwise.Target.Within),
	}
	q.Redial = t.Redial.or(otherwise.Redial)
	q.Callbacks = b.callbacks(t.Callback, otherwise.Callbacks)
	q.Comfort = b.comforts(t.Comfort, of, otherwise.Comfort)
	return q
}
