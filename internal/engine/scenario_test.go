package engine_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/engine"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/ivr"
	"github.com/guichet/guichet/routing"
)

var update = flag.Bool("update", false, "write the scenarios' answers anew; review them")

// Each file of testdata is the story of one contact: what happened and when,
// and, indented below, what followed. Lines that are not indented are the
// input; the rest is written by -update and then reviewed.
func TestEveryScenarioGoesAsWritten(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			got := play(t, string(text))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			assert.Equal(t, string(text), got)
		})
	}
}

func play(t *testing.T, text string) string {
	s := newStory(t)
	var out strings.Builder
	for line := range strings.Lines(text) {
		switch line = strings.TrimRight(line, "\n"); {
		case strings.HasPrefix(line, " "):
			continue
		case line == "", strings.HasPrefix(line, "#"):
			fmt.Fprintln(&out, line)
		default:
			fmt.Fprintln(&out, line)
			out.WriteString(s.line(line))
		}
	}
	return out.String()
}

// story is one contact at the site of siteRules.
type story struct {
	t       *testing.T
	rules   engine.Rules
	session engine.Session
	// ledger is the record as a fold of the facts holds it.
	ledger engine.Record
	offers map[fact.OfferID]bool // told before
	// transfer is the last one, or the last call back; the scripts call it "service" or
	// "person".
	transfer fact.OfferID
	floor    engine.FloorView
	limit    engine.Limit
	hours    calendar.Status
	// announced is what is announced, by place.
	announced map[fact.Place]*fact.Announced
	comfort   engine.Comfort
	standing  engine.Standing
	whisper   engine.Whisper
	asks      engine.Satisfaction
}

// asksOf asks whoever is among so many of a hundred calls.
func asksOf(share int) engine.Satisfaction {
	return engine.Satisfaction{
		Question: []ivr.Prompt{"satisfaction"}, Keys: "12345", Thanks: []ivr.Prompt{"merci"}, Share: share, Timeout: 5 * time.Second,
	}
}

// whisperOf tells agents of payments, where somebody is from, and how long he has waited.
var whisperOf = engine.Whisper{
	Language: "fr", Topics: map[contact.Topic][]ivr.Prompt{"paiement": {"un_paiement"}},
	Department: []ivr.Prompt{"departement", "number:var.department"}, Wait: []ivr.Prompt{"attend_depuis", "wait:var.wait"},
}

// comfortOf says something each so many seconds.
func comfortOf(seconds int) engine.Comfort {
	every := time.Duration(seconds) * time.Second
	return engine.Comfort{
		First: every, Every: every, Prompts: []ivr.Prompt{"patientez"},
		Position: []ivr.Prompt{"votre_rang", "number:var.position"}, Wait: []ivr.Prompt{"attente", "wait:var.wait"},
	}
}

func newStory(t *testing.T) *story {
	s := &story{t: t, offers: map[fact.OfferID]bool{}, floor: engine.FloorView{Able: 1}, hours: calendar.Open, announced: map[fact.Place]*fact.Announced{}}
	s.rules = engine.Rules{
		Tree: menuTree(t), Plan: plan(),
		Hours: func(string, time.Time) calendar.Status { return s.hours },
		Floor: func(engine.FloorQuery) engine.FloorView { return s.floor },
		Limit: func(contact.Queue) engine.Limit { return s.limit },

		Announced: func(at fact.Place, _ int64) *fact.Announced { return s.announced[at] },
		Caller:    "+33612345678", Numbers: fakeNumbers{}, Callbacks: callbackPolicy,
		Comfort: func(contact.Queue) engine.Comfort { return s.comfort },
		Whisper: func(contact.Queue) engine.Whisper { return s.whisper },

		Satisfaction: func(contact.Queue) engine.Satisfaction { return s.asks },
		Standing:     func(contact.ID, int64) (engine.Standing, bool) { return s.standing, s.standing.Position > 0 },
	}
	return s
}

var dossiers, _ = ivr.ParseTemplate("/dossiers")

// townHall is called by the menu itself, as often as the caller chooses it.
const townHall = "0261910035"

// menuTree: hours, a menu (4 asks a back-end, 1 payment, 2 information that serves, 3 the local
// service of a postal code, 5 sends to a town hall, 6 promises a call, 7 sends to a town hall where no
// agent is), a department, the queue, and words for everything
// that goes wrong.
func menuTree(t require.TestingT) *ivr.Tree {
	tries := ivr.Tries{
		Interruptible: true, NoInputTimeout: 5 * time.Second, InterDigitTimeout: 2 * time.Second, MaxAttempts: 2,
	}
	tree, faults := ivr.New(ivr.Tree{
		ID: "principal", Start: "horaires", Languages: []string{"fr"},
		Failure: ivr.Exit{Prompts: []ivr.Prompt{"echec"}, Goto: ivr.End},
		Nodes: map[ivr.NodeID]ivr.Node{
			"horaires": &ivr.Hours{Open: ivr.Exit{Goto: "accueil"}, Closed: ivr.Exit{Prompts: []ivr.Prompt{"ferme"}, Goto: ivr.End}},
			"accueil": &ivr.Menu{Prompts: []ivr.Prompt{"bienvenue"}, Tries: tries, Choices: []ivr.Choice{
				{Keys: "1", Goto: "departement", Set: ivr.Vars{ivr.VarTopic: "paiement"}},
				{Keys: "2", Goto: "information"},
				{Keys: "3", Goto: "code_postal", Set: ivr.Vars{ivr.VarTopic: "controle"}},
				{Keys: "4", Goto: "etat"},
				{Keys: "5", Goto: "mairie"},
				{Keys: "6", Goto: "rappel", Set: ivr.Vars{ivr.VarTopic: "paiement"}},
				{Keys: "7", Goto: "conseiller_ou_mairie"},
			}},
			"mairie": &ivr.Transfer{
				Common: ivr.Common{Label: "Mairie"}, Number: townHall, Ring: 25 * time.Second,
				Busy: ivr.Exit{Prompts: []ivr.Prompt{"occupe"}, Goto: "accueil"}, Error: ivr.Exit{Prompts: []ivr.Prompt{"injoignable"}, Goto: ivr.End},
			},
			"conseiller_ou_mairie": &ivr.Queue{Full: ivr.Exit{Goto: "mairie"}, Closed: ivr.Exit{Goto: "mairie"}, NoAgent: ivr.Exit{Goto: "mairie"}},
			"rappel": &ivr.CallbackNode{
				Number: ivr.Confirmed, Prompts: []ivr.Prompt{"numero"}, Confirm: ivr.Confirm{Prompts: []ivr.Prompt{"confirmez"}, Yes: '1', No: '2'},
				FinishKey: '#', Tries: tries,
				Accepted: ivr.Exit{Prompts: []ivr.Prompt{"promis"}}, Refused: ivr.Exit{Goto: "conseiller"},
				Full: ivr.Exit{Prompts: []ivr.Prompt{"trop_de_rappels"}}, Already: ivr.Exit{Prompts: []ivr.Prompt{"deja_promis"}},
				Failed: ivr.Exit{Goto: "conseiller"},
			},
			"etat": &ivr.HTTP{
				Inquiry:   ivr.Inquiry{Backend: "dossier", Method: "POST", Path: dossiers, Timeout: time.Second, MaxAnswer: 9},
				OnSuccess: ivr.Exit{Goto: "departement"}, OnError: ivr.Exit{Prompts: []ivr.Prompt{"plus_tard"}, Goto: "accueil"},
			},
			"information": &ivr.Play{Common: ivr.Common{Serves: true}, Prompts: []ivr.Prompt{"renseignement"}, Next: "au_revoir"},
			"au_revoir":   &ivr.Hangup{Prompts: []ivr.Prompt{"au_revoir"}},
			"departement": &ivr.Collect{Prompts: []ivr.Prompt{"departement"}, Variable: ivr.VarDepartment, MinDigits: 2, MaxDigits: 2, Next: "conseiller", Tries: tries},
			"code_postal": &ivr.Collect{Prompts: []ivr.Prompt{"code_postal"}, Variable: ivr.VarPostalCode, MinDigits: 5, MaxDigits: 5, Next: "service", Tries: tries},
			"service": &ivr.Queue{
				Closed:      ivr.Exit{Prompts: []ivr.Prompt{"service_ferme"}},
				NoAgent:     ivr.Exit{Prompts: []ivr.Prompt{"personne"}},
				Unreachable: ivr.Exit{Prompts: []ivr.Prompt{"injoignable"}, Goto: "ou_conseiller"},
			},
			"ou_conseiller": &ivr.Menu{Prompts: []ivr.Prompt{"ou_conseiller"}, Tries: tries, Choices: []ivr.Choice{
				{Keys: "1", Goto: "conseiller"},
				{Keys: "9", Goto: ivr.End},
			}},
			"conseiller": &ivr.Queue{
				Full:    ivr.Exit{Prompts: []ivr.Prompt{"trop_de_monde"}},
				Closed:  ivr.Exit{Prompts: []ivr.Prompt{"ferme"}},
				NoAgent: ivr.Exit{Prompts: []ivr.Prompt{"personne"}},
				WayOut:  []ivr.WayOut{{Keys: "8", Goto: "rappel"}, {Keys: "9", Goto: "ou_conseiller"}},
			},
		},
	})
	require.Empty(t, faults)
	return tree
}

func plan() *routing.Plan {
	never, _ := calendar.New("never", calendar.Rules{Zone: time.UTC})
	offices := map[string]routing.LocalService{
		"35000": {Name: "SIP Rennes", Number: "+33299000001"},
		"35400": {Name: "SIP Saint-Malo", Number: "+33299000002", Calendar: never},
	}
	return &routing.Plan{
		Always: []routing.Rule{{Name: "always.1", Match: routing.Match{Topics: []contact.Topic{"controle"}}, ToService: true}},
		Services: func(_ contact.Topic, postalCode string) (routing.LocalService, bool) {
			s, found := offices[postalCode]
			return s, found
		},
		Organisations: map[contact.Organisation][]routing.Rule{
			"existant": {{
				Name: "existant.0", Match: routing.Match{Topics: []contact.Topic{"inconnu"}}, Queue: "particuliers",
			}, {Name: "existant.1", Queue: "particuliers", Steps: []routing.Step{{Centers: []contact.Center{"cis_ouest"}}}}},
			"plateau": {{Name: "plateau.0", Queue: "particuliers", Steps: []routing.Step{{Centers: []contact.Center{"plateau"}}}}},
		},
		// After an hour those who come belong to another organisation.
		Assign: []routing.Assignment{
			{Organisation: "plateau", Period: routing.Period{From: time.Unix(3600, 0)}}, {Organisation: "existant"},
		},
	}
}

// line plays one line: a time in seconds and an event, or a change of the site.
func (s *story) line(line string) string {
	words := strings.Fields(line)
	if words[0] == "site" {
		s.site(words[1], words[2])
		return ""
	}
	seconds, err := strconv.ParseFloat(words[0], 64)
	require.NoError(s.t, err, line)
	at := int64(seconds * 1e6)
	if words[1] == "process" { // lost
		s.resume()
		return fmt.Sprintf("    = %s\n", phase(s.session))
	}
	return s.step(at, s.event(words[1:]))
}

func (s *story) site(name, value string) {
	n, _ := strconv.Atoi(value)
	switch name {
	case "able":
		s.floor.Able = n
	case "comfort":
		s.comfort = comfortOf(n)
	case "asks":
		s.asks = asksOf(n)
	case "thanks":
		s.asks.Thanks = nil
	case "understands":
		s.rules.MayWrite = func(k fact.Kind) bool { return string(k) == value }
	case "format":
		s.rules.Understood = func(format int) bool { return format <= n }
	case "whisper":
		s.whisper = whisperOf
		if value != "all" {
			s.whisper = engine.Whisper{Language: "fr", Topics: map[contact.Topic][]ivr.Prompt{contact.Topic(value): {"un_motif"}}}
		}
	case "position":
		s.standing.Position = n
	case "left":
		s.standing.Wait, s.standing.By, s.standing.Known = time.Duration(n)*time.Second, "length", n > 0
	case "callbacks":
		s.floor.Callbacks = n
	case "promised":
		s.floor.Promised = n > 0
	case "in_queue":
		s.floor.InQueue = n
	case "limit":
		s.limit.Waiting = n
	case "ready":
		s.floor.Ready = n
	case "per_agent":
		s.limit.PerAgent = n
	case "estimated_limit":
		s.limit.EstimatedWait = time.Duration(n) * time.Second
	case "wait":
		s.floor.Wait = time.Duration(n) * time.Second
	case "kept_rank":
		s.floor.Kept = &engine.KeptPlace{Contact: "c0", Rank: int64(n)}
	case "hours":
		s.hours = calendar.Status(value)
	case "announces_at_the_entry":
		s.announce(fact.Place{Entry: "2014"}, value, false)
	case "closes_the_entry":
		s.announce(fact.Place{Entry: "2014"}, value, true)
	case "announces_at_the_queue":
		s.announce(fact.Place{Queue: "particuliers"}, value, false)
	default:
		s.t.Fatalf("what is the site's %s?", name)
	}
}

// announce says something at a place, or nothing any more.
func (s *story) announce(at fact.Place, prompt string, hangUp bool) {
	if prompt == "nothing" {
		delete(s.announced, at)
		return
	}
	s.announced[at] = &fact.Announced{
		Place: at, Prompt: prompt, HangUp: hangUp, Sounds: map[string][]string{"fr": {"sound:guichet/" + prompt}},
	}
}

func (s *story) event(words []string) engine.Event {
	offer := fact.OfferID("")
	if len(words) > 1 {
		offer = fact.OfferID(words[1])
	}
	if offer == "service" || offer == "person" {
		offer = s.transfer
	}
	switch words[0] {
	case "arrived":
		return engine.Arrived{ID: "c1", Fact: fact.Arrived{
			Medium: contact.Voice, Entry: "2014", Node: "n1", Line: "1700000000.1", Config: "v1", Rank: 1_000_000,
		}}
	case "calls-back": // an agent who has a message
		return engine.Arrived{ID: "c1", Fact: fact.Arrived{
			Medium: contact.Voice, Entry: "2014", Node: "n1", Config: "v1", Rank: 1_000_000, CallsBack: &fact.CallsBack{
				Message: "vm-c0.1", Agent: "a1", Center: "cis_ouest", Offer: "o1", Number: "sealed", NumberHash: "h", Queue: "particuliers", Topic: "paiement",
				Policies: contact.DefaultPolicies(), Ring: 30 * time.Second, Hours: []contact.Window{{Until: 3600e6}},
			},
		}}
	case "calls-accepted":
		return engine.CallsBackAccepted{Phone: "PJSIP/a1"}
	case "calls-void":
		return engine.CallsBackRefused{}
	case "mailed":
		return engine.Arrived{ID: "c1", Fact: fact.Arrived{
			Medium: contact.Email, Entry: "2014", Node: contact.Mailroom, Line: "ref-1", Config: "v1", Rank: 1_000_000,
			Mail: &fact.Mail{Topic: contact.Topic(words[1]), Department: "35", Language: "fr", Content: "sealed", Digest: "d"},
		}}
	case "route-timer":
		return engine.Fired{Timer: engine.RouteTimer, N: s.number(words, s.session.Timers[engine.RouteTimer])}
	case "replies":
		return engine.Replied{Offer: offer, Reply: "sealed"}
	case "key":
		return engine.Key{Key: words[1][0]}
	case "played":
		return engine.Played{N: s.number(words, s.session.Playing)}
	case "menu-timer":
		return engine.Fired{Timer: engine.MenuTimer, N: s.number(words, s.session.Timers[engine.MenuTimer])}
	case "ring-timer":
		return engine.Fired{Timer: engine.RingTimer, N: s.number(words, s.session.Timers[engine.RingTimer])}
	case "comfort-timer":
		return engine.Fired{Timer: engine.ComfortTimer, N: s.number(words, s.session.Timers[engine.ComfortTimer])}
	case "caller-left":
		return engine.CallerLeft{Cause: 16}
	case "offered":
		return engine.OfferAccepted{Offer: offer, Phone: "PJSIP/1001", Fact: fact.Offered{
			Contact: "c1", Agent: "a1", Queue: "particuliers", Center: "cis_ouest",
		}}
	case "given-up":
		queueing := s.session.Record.Queueings
		if len(words) > 2 {
			queueing = s.number(words[1:], 0)
		}
		return engine.GivenUp{Reason: contact.Refusal(words[1]), Queueing: queueing}
	case "announced":
		return engine.Announced{Queue: contact.Queue(words[1])}
	case "promise-accepted":
		return engine.CallbackAccepted{}
	case "cancelled":
		return cancels
	case "promise-void":
		return engine.CallbackRefused{Why: ivr.NoCallback(words[1])}
	case "node-died":
		return engine.NodeDied{}
	case "accepted":
		return engine.TransferAccepted{Transfer: offer}
	case "offer-gone":
		return engine.OfferGone{Offer: offer}
	case "rings":
		return engine.AgentRings{Offer: offer, Leg: "leg-" + string(offer)}
	case "answers":
		return engine.AgentAnswered{Offer: offer}
	case "whispered":
		return engine.Whispered{Offer: offer}
	case "bridged":
		return engine.Bridged{Offer: offer}
	case "agent-left":
		left := engine.AgentLeft{Offer: offer}
		if len(words) > 2 {
			left.Result = contact.RingResult(words[2])
		}
		return left
	case "restarted":
		return engine.Restarted{}
	}
	s.t.Fatalf("what is %q?", words)
	return nil
}

// number is the one given, else the present one.
func (s *story) number(words []string, present int) int {
	if len(words) < 2 {
		return present
	}
	n, err := strconv.Atoi(words[1])
	require.NoError(s.t, err)
	return n
}

func (s *story) step(at int64, e engine.Event) string {
	before := s.session
	next, effects := engine.Step(s.rules, s.session, at, e)
	assert.Equal(s.t, before, s.session, "the session given was changed")
	s.session = next
	s.fold(at, e, effects.Facts)
	var out strings.Builder
	for _, f := range effects.Facts {
		fmt.Fprintf(&out, "    fact %s %s\n", f.Kind(), asJSON(s.t, f))
	}
	for _, c := range effects.Commands {
		fmt.Fprintf(&out, "    do %s\n", strings.TrimPrefix(fmt.Sprintf("%T%+v", c, c), "engine."))
	}
	fmt.Fprintf(&out, "    = %s\n", phase(s.session))
	return out.String()
}

// fold keeps the record as the ledger does, and checks that the session's own
// is the same, also after a way through JSON.
func (s *story) fold(at int64, e engine.Event, facts []fact.Fact) {
	switch e := e.(type) {
	case engine.Arrived:
		s.ledger.ID = e.ID
	case engine.CallbackRefused:
		if !s.ledger.Away() {
			s.ledger.Callback = nil
		}
	case engine.OfferAccepted:
		if !s.offers[e.Offer] && s.ledger.Offer == "" && s.ledger.Queue != "" && s.ledger.ClosedAt == 0 {
			s.ledger.Apply(at, e.Offer, e.Fact)
		}
		s.offers[e.Offer] = true
	case engine.GivenUp:
		if s.ledger.Queueings == e.Queueing && s.ledger.Standing() == "waiting" && s.ledger.Medium.Interactive() {
			s.ledger.Apply(at, "", fact.GivenUp{Reason: e.Reason})
		}
	case engine.OfferGone:
		if s.ledger.Connected() || s.ledger.RungAt != 0 {
			break // the ring or the bridge is told again: the ledger learns it anew
		}
		s.ledger.Apply(at, "", fact.OfferVoid{Offer: e.Offer})
	}
	for _, f := range facts {
		s.ledger.Apply(at, "", f)
		switch f := f.(type) {
		case fact.Transferring:
			s.transfer = f.Transfer
		case fact.CallingBack:
			s.transfer = f.Call
		}
	}
	own := s.session.Record
	// Known to the owner at once, written with the next fact.
	own.Asked, own.Topic = s.ledger.Asked, s.ledger.Topic
	assert.Equal(s.t, asJSON(s.t, s.ledger), asJSON(s.t, own), "the owner holds something else than the ledger")
}

// resume loses the process: only the ledger's record is left.
func (s *story) resume() {
	var rec engine.Record
	require.NoError(s.t, json.Unmarshal([]byte(asJSON(s.t, s.ledger)), &rec))
	s.session = engine.Resume(rec)
}

func phase(s engine.Session) string {
	text := string(s.Phase)
	if s.Record.Leg() != "" {
		text += " with " + string(s.Record.Leg())
	}
	if s.Record.Outcome != contact.StillHere {
		text += ", " + string(s.Record.Outcome)
	}
	if s.Over() {
		text += ", over"
	}
	return text
}

func asJSON(t require.TestingT, v any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(v))
	return strings.TrimSuffix(text.String(), "\n")
}
