package api

import (
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/report"
)

// Status is how one controller is.
type Status struct {
	Site    string    `json:"site"`
	Version string    `json:"version"`
	Config  string    `json:"config"` // hash of the site folder
	Now     time.Time `json:"now"`
	Ready   bool      `json:"ready"`
	// NotReady says why calls cannot be served.
	NotReady []string `json:"not_ready"`
	// Degraded says what endangers service though calls are served.
	Degraded []string `json:"degraded"`
	// Leader is the controller that makes the offers; empty if nobody does.
	Leader string      `json:"leader"`
	Ledger LedgerState `json:"ledger"`
	Nodes  []Link      `json:"nodes"`
	// Announcements are what is announced now, outside the menus.
	Announcements []Announcement `json:"announcements"`
	// Contacts is the number of live sessions of this controller.
	Contacts   int               `json:"contacts"`
	Repairs    map[string]uint64 `json:"repairs"`
	Violations map[string]uint64 `json:"violations"`
	Stray      map[string]uint64 `json:"stray"`
	Voids      map[string]uint64 `json:"voids"`
}

// LedgerState is how the ledger is, as this controller sees it.
type LedgerState struct {
	OK         bool      `json:"ok"`
	Generation uint64    `json:"generation"`
	Last       ledger.ID `json:"last"`
	// Journal is the number of facts that wait to be written.
	Journal int `json:"journal"`
}

// Link is this controller's link to one Asterisk.
type Link struct {
	Node        contact.Node `json:"node"`
	URL         string       `json:"url"`
	Connected   bool         `json:"connected"`
	Commandable bool         `json:"commandable"`
	// Held reports whether this controller owns the node, Holder who does.
	Held     bool              `json:"held"`
	Holder   string            `json:"holder"`
	Lag      report.Span       `json:"lag_seconds"`
	Since    time.Time         `json:"since,omitzero"`
	Version  string            `json:"version"`
	Counters map[string]uint64 `json:"counters"`
}

// Agent is one person, on the floor or configured only.
type Agent struct {
	ID     contact.Agent         `json:"id"`
	Name   string                `json:"name"`
	Center contact.Center        `json:"center"`
	Phone  string                `json:"phone"`
	Skills map[contact.Skill]int `json:"skills,omitempty"`
	// Changed names what was changed by hand: "topic 3 instead of 2".
	Changed []string  `json:"changed,omitempty"`
	State   acd.State `json:"state"`
	// Since is when the state began; absent for who never logged in.
	Since time.Time `json:"since,omitzero"`
	// Until is when a wrap-up or a set-aside ends by itself.
	Until time.Time `json:"until,omitzero"`
	// Why is the reason of a pause or a set-aside, Label what people call it.
	Why   string `json:"why,omitempty"`
	Label string `json:"label,omitempty"`
	// Contact is the one the agent is bound to.
	Contact contact.ID `json:"contact,omitempty"`
	// AtHand are those that he has beside, as many of a medium as Capacity says at most; none
	// of an agent who serves one contact at a time.
	AtHand   []AtHand               `json:"at_hand,omitempty"`
	Capacity map[contact.Medium]int `json:"capacity,omitempty"`
	// Asides are the media of which nothing more is offered to him for now, beside his state.
	Asides []Aside `json:"asides,omitempty"`
	// Next is what was asked for during the contact: "pause" or "logout".
	Next string `json:"next,omitempty"`
	// NextWhy is the reason of that pause.
	NextWhy string `json:"next_why,omitempty"`
	// Home is the agent's own phone, of one who sits at another.
	Home string `json:"home,omitempty"`
}

// Floor is what agents choose from.
type Floor struct {
	// Pauses are the reasons for a pause; none means that any words are one.
	Pauses []Pause `json:"pauses"`
	// Extend is by how much a wrap-up becomes longer each time, Longest how long it
	// may last in all.
	Extend  report.Span `json:"extend_seconds"`
	Longest report.Span `json:"longest_seconds"`
}

// Pause is one reason for a pause.
type Pause struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// Queue is one kind of service as it is now.
type Queue struct {
	Name  contact.Queue `json:"name"`
	Label string        `json:"label,omitempty"`
	// Waiting are queued and not answered yet; Ringing are those of them whose
	// agent's phone is being tried. Talking is beside them.
	Waiting int `json:"waiting"`
	Ringing int `json:"ringing"`
	Talking int `json:"talking"`
	// Callbacks are those of Waiting who are to be called back: nobody is on the line.
	Callbacks int `json:"callbacks"`
	// Mails wait beside those, which are people on the line; Handling are those of
	// them whose agent works on the answer.
	Mails    int `json:"mails"`
	Handling int `json:"handling"`
	// OldestSince is the first queueing of who waits longest.
	OldestSince time.Time `json:"oldest_since,omitzero"`
	// Answered is answered over asked in each live window.
	Answered []WindowRate `json:"answered"`
}

// QueueLine is a queue with who waits in it, next first.
type QueueLine struct {
	Queue
	// Line holds at most 100.
	Line []Waiting `json:"line"`
}

// Waiting is one contact in a line.
type Waiting struct {
	Position   int                `json:"position"`
	Contact    contact.ID         `json:"contact"`
	Medium     contact.Medium     `json:"medium"`
	Topic      contact.Topic      `json:"topic,omitempty"`
	Department contact.Department `json:"department,omitempty"`
	Priority   int                `json:"priority,omitempty"`
	// Rank is the first arrival, which decides the order.
	Rank   time.Time `json:"rank"`
	Queued time.Time `json:"queued"`
	// Agent is the one whose phone is being tried, if any.
	Agent contact.Agent `json:"agent,omitempty"`
	// Who may serve, in words; Able counts them by what they do now.
	Who  string            `json:"who"`
	Able map[acd.State]int `json:"able"`
	// Next is what is waited for, in words.
	Next string `json:"next"`
	// CallFrom and CallUntil are when the person chose to be called.
	CallFrom  time.Time `json:"call_from,omitzero"`
	CallUntil time.Time `json:"call_until,omitzero"`
}

// Call is one live contact.
type Call struct {
	ID     contact.ID     `json:"id"`
	Medium contact.Medium `json:"medium"`
	Entry  contact.Entry  `json:"entry"`
	Node   contact.Node   `json:"node"`
	// Caller is masked: the last two digits at most.
	Caller string `json:"caller"`
	// Standing is where it is: menu, waiting, offered, ringing, talking,
	// held, consulting, sent on, conference, transferring, transferred, leaving or
	// closed (an agent's leg is still there); handling is a mail whose agent works on the answer.
	Standing string    `json:"standing"`
	Arrived  time.Time `json:"arrived"`
	Queued   time.Time `json:"queued,omitzero"`
	Answered time.Time `json:"answered,omitzero"`
	// WaitsSince is since when the person waits, as the agent's phone shows it: the first
	// arrival, kept through all queues, or the time that was chosen for a call back.
	WaitsSince time.Time     `json:"waits_since,omitzero"`
	Menu       string        `json:"menu,omitempty"` // node of the menu
	Topic      contact.Topic `json:"topic,omitempty"`
	// Authentication says how far the menu has identified the caller: 0, 1 or 2.
	Authentication int                `json:"authentication,omitempty"`
	Department     contact.Department `json:"department,omitempty"`
	Queue          contact.Queue      `json:"queue,omitempty"`
	Agent          contact.Agent      `json:"agent,omitempty"`
	Center         contact.Center     `json:"center,omitempty"`
	// Conversation is where its parties stand; absent while nobody talks.
	Conversation *Conversation `json:"conversation,omitempty"`
}

// CallStory is a contact, live or past, with what happened to it.
type CallStory struct {
	// Live is where it is now; absent when it is over.
	Live *Call `json:"live,omitempty"`
	*report.Story
}

// Commanded is the answer to a command about an agent.
type Commanded struct {
	Agent Agent `json:"agent"`
	// Operation is the id to repeat the command with, Position the place of
	// its fact in the ledger.
	Operation string    `json:"operation"`
	Position  ledger.ID `json:"position"`
}
