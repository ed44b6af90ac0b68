// Package config turns a site folder, YAML written by telephony admins, into
// domain values, or into the list of everything that is wrong with it: each
// problem with file, line, column and what to do about it.
//
// It runs nothing and connects to nothing. A folder is one version: it is read
// once, checked as a whole, and either becomes a Site or changes nothing. Read
// Load, Site and Problem first; what an admin may write is described on the
// types of the file named like the YAML file (entries.go, routing.go, …).
package config

import (
	"cmp"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

// Site is one checked version of a site folder. It is immutable.
type Site struct {
	// Dir is the folder it was read from, Hash the SHA-256 of its content in
	// hexadecimal. Values taken from the environment are not part of the hash.
	Dir, Hash string
	// Content are the files it was made of.
	Content  Content
	Name     string
	Zone     *time.Location
	Asterisk []Asterisk
	Ledger   Ledger
	HTTP     HTTP
	Log      Log
	// Outside is which numbers agents may have called.
	Outside Outside
	// Key encrypts caller numbers in the ledger. It is not Given when the site
	// has none.
	Key Secret

	// Entries holds each dialled number once, under its main name; Entry also
	// finds aliases.
	Entries map[contact.Entry]Entry
	Trees   map[string]*ivr.Tree
	Plan    *routing.Plan
	Queues  map[contact.Queue]Queue
	// Mailboxes are where callers leave recorded messages, by name.
	Mailboxes map[string]Mailbox
	Centers   map[contact.Center]Center
	Agents    map[contact.Agent]Agent
	// Treatment is what agents can note of a contact.
	Treatment Treatment
	// MaxMoves is how often agents may send one call on to a queue, MaxTransfers to a
	// colleague.
	MaxMoves, MaxTransfers int
	// Accounts are those who may sign in with a browser, by what they sign in as.
	Accounts map[string]Account
	// Floor is the agents' day.
	Floor     Floor
	Calendars map[string]*calendar.Calendar
	// Campaigns are the periods in which something is different; Campaign is the one
	// by which this view of the site is, empty for the ordinary one. See At.
	Campaigns []Campaign
	Campaign  string
	// Synth is the command that makes drafts of what nobody has recorded; empty is
	// espeak-ng. Nothing runs it but who makes drafts.
	Synth string
	// Prompts holds the manifest by prompt name.
	Prompts map[ivr.Prompt]Prompt
	// Words are what values are put together from, by the languages in which trees
	// say any.
	Words map[string]*Words
	// Backends are the servers that menus ask, by name; those of which a tree gives
	// the address are called by it.
	Backends map[string]Backend
	// LocalServices is nil for a site without.
	LocalServices *LocalServices
	// Topics are all topics a tree or a rule names, in order.
	Topics []contact.Topic
	// Tests are the routing tests, all of which have passed.
	Tests RoutingTests
	// MenuTests are those of the menu trees, all of which have passed.
	MenuTests MenuTests

	// Warnings are what callers would suffer from although the site can run.
	Warnings []Problem

	aliases map[string]contact.Entry
	during  map[string]variation
	rules   map[string]place
	// recorded is how long the recordings last that are at hand, by file.
	recorded map[string]time.Duration
	// uses says where prompts are heard, manifest where the sound of a file is written.
	uses     uses
	manifest map[string]place
}

// Asterisk is one Asterisk server.
type Asterisk struct {
	Node contact.Node
	// URL is the base of its ARI, such as http://127.0.0.1:8088/ari.
	URL string
	// Application is the Stasis application name, guichet by default.
	Application        string
	Username, Password Secret
	// Trunk is the endpoint by which local services and agents outside are
	// reached, with {number} or {national} in the number's place; empty if none are.
	Trunk string
	// LostAfter is for how long it refuses every connection until its calls are taken
	// for lost; 0 is never.
	LostAfter time.Duration
}

// Ledger says where the log lives.
type Ledger struct {
	// Backend is "redis" or "memory".
	Backend string
	Redis   Redis
}

// Redis is how to reach the one Redis of the site: at an address, or by Sentinel,
// which knows the present one.
type Redis struct {
	// Address is host:port, or the absolute path of a socket.
	Address            string
	Sentinel           Sentinel
	Username, Password Secret
	Database           int
	// TLS encrypts the way there; CA is the file of the authority to trust, empty
	// for those that the machine trusts.
	TLS bool
	CA  string
}

// Sentinel is who says which Redis is the primary. It has no Primary when the site
// gives an address.
type Sentinel struct {
	// Primary is what the sentinels call it.
	Primary string
	// Addresses are theirs, host:port.
	Addresses []string
	Password  Secret
}

// String names the Redis for people.
func (r Redis) String() string {
	if r.Sentinel.Primary == "" {
		return r.Address
	}
	return r.Sentinel.Primary + " by Sentinel at " + strings.Join(r.Sentinel.Addresses, ", ")
}

// HTTP is the address of API, metrics and board, such as 127.0.0.1:8080.
type HTTP struct {
	Listen string
	People People
}

// Log has the level: debug, info, warn or error.
type Log struct{ Level string }

// Entry is a number people dial.
type Entry struct {
	Name contact.Entry
	// Label is what the agent and the statistics show.
	Label string
	// Aliases are other numbers that are the same entry.
	Aliases []string
	Tree    *ivr.Tree
	// Calendar is the name of the calendar that hours nodes without an own one
	// ask; empty means always open.
	Calendar string
	// Relay is dialled instead of the number of who is called back; empty: theirs is.
	Relay contact.Number
	// During is what is different in campaigns, by name. Site.At applies it.
	During map[string]During
}

// Queue is a kind of service.
type Queue struct {
	Name  contact.Queue
	Label string
	// Number is what agents key to send a caller on to it; empty for none.
	Number string
	// Full is how many may wait at most, FullWait how long whoever comes may
	// have to wait by estimate, FullPerAgent how many may wait for each agent who is
	// logged in; 0 means no limit.
	Full         int
	FullWait     time.Duration
	FullPerAgent int
	Strategy     contact.Strategy
	Closing      contact.Closing
	// Redial is for how long the place of somebody who hung up is kept; 0 is not
	// at all.
	Redial time.Duration
	Target Target
	// Callbacks is how people are called back.
	Callbacks Callbacks
	// Comfort is what callers hear while they wait.
	Comfort Comfort
	// Recording is how conversations are recorded.
	Recording RecordingPolicy
	// Satisfaction is what callers are asked after the call.
	Satisfaction Satisfaction
	// Whisper is what agents hear before the caller hears them.
	Whisper Whisper
	// CodeRequired: agents note each contact before they are ready again.
	CodeRequired bool
	// Music is the Asterisk class of music on hold.
	Music    string
	Policies contact.Policies
}

// Target is what the site wants of a queue.
type Target struct {
	// Answered is the share of those who ask that should be answered, in percent.
	Answered int
	// Within is the wait in which that should happen.
	Within time.Duration
}

// Center is a group of agents.
type Center struct {
	Name  contact.Center
	Label string
	// Kind is cis, cps or plateau.
	Kind string
	// Appointments is when people are called back at a time that they chose.
	Appointments Appointments
	Files        Files
	Acts         Acts
	Period       routing.Period
	// Calendar is nil for a center that is open whenever its agents are there.
	Calendar *calendar.Calendar
}

// Acts is what a center does to people's files. It informs people; nothing is
// decided by it.
type Acts struct {
	All   bool
	Names []string
}

// Files is which departments' files somebody may open.
type Files struct {
	All         bool
	Departments []contact.Department
}

// Allow reports whether the file of somebody from d may be opened.
func (f Files) Allow(d contact.Department) bool {
	if f.All {
		return true
	}
	for _, mine := range f.Departments {
		if mine == d {
			return true
		}
	}
	return false
}

// Agent is a person who serves contacts.
type Agent struct {
	ID     contact.Agent
	Name   string
	Center contact.Center
	// Phone is the Asterisk endpoint, such as PJSIP/a1001, or a number outside,
	// such as +33612345678.
	Phone     string
	Languages []string
	// Media are those the agent serves, voice only unless the site says more.
	Media []contact.Medium
	// Skills holds levels from 1 to 5. The general skill "topic" is already
	// spread over every topic of the site for which the agent has no own level.
	Skills map[contact.Skill]int
	Files  Files
	// Capacity is how many contacts of a medium the agent has at hand beside calls; nil if he
	// serves one contact at a time.
	Capacity map[contact.Medium]int
	// WrapUp replaces that of the queue when it is not nil.
	WrapUp *time.Duration
}

// Entry finds an entry by any number that leads to it.
func (s *Site) Entry(dialled string) (Entry, bool) {
	e, ok := s.Entries[s.aliases[dialled]]
	return e, ok
}

// leadsTo is the entry that a number leads to, in whichever of its forms the trunk
// delivers it and the entry lists it.
func (s *Site) leadsTo(n contact.Number) (entry contact.Entry, found bool) {
	for _, form := range n.Forms() {
		if entry, found = s.aliases[form]; found {
			break
		}
	}
	return entry, found
}

// Hours returns the function that answers the hours nodes of a call to this
// entry: by name, or by the entry's own calendar for the empty name.
func (s *Site) Hours(e contact.Entry) func(calendarName string, at time.Time) calendar.Status {
	own := s.Entries[e].Calendar
	return func(name string, at time.Time) calendar.Status {
		if name == "" {
			name = own
		}
		if c, ok := s.Calendars[name]; ok {
			return c.At(at)
		}
		return calendar.Open
	}
}

// Why returns the function that says what is special about the day of an hours node:
// the holiday, or the reason for which the date has hours of its own.
func (s *Site) Why(e contact.Entry) func(calendarName string, at time.Time) string {
	own := s.Entries[e].Calendar
	return func(name string, at time.Time) string {
		if c, ok := s.Calendars[cmp.Or(name, own)]; ok {
			return c.Why(at)
		}
		return ""
	}
}

// PromptMedia returns the Asterisk media URIs of a prompt in a language: of a value
// such as number:12 those of its words. An unknown name yields nothing.
func (s *Site) PromptMedia(p ivr.Prompt, language string) []string {
	if known, ok := s.Prompts[p]; ok {
		sound, _ := known.Said(language)
		return sound.Media
	}
	if kind, value, ok := spokenValue(string(p)); ok {
		if words := s.Words[language]; words != nil {
			return words.media(kind, value)
		}
		return nil // a later version of the site says no values
	}
	return inlineMedia(string(p))
}

// inlineMedia translates what a tree may write instead of a prompt's name.
func inlineMedia(text string) []string {
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || rest == "" {
		return nil
	}
	switch scheme {
	case "sound", "tone":
		return []string{text}
	}
	return nil
}
