package api

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/guichet/guichet/acd"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
)

// Top is one look at the floor: what a live view shows.
type Top struct {
	Site     string    `json:"site"`
	Now      time.Time `json:"now"`
	Ready    bool      `json:"ready"`
	NotReady []string  `json:"not_ready"`
	Leader   string    `json:"leader"`
	Nodes    []TopNode `json:"nodes"`
	// Calls counts live calls by standing (see Call), Mails live mails.
	Calls map[string]int `json:"calls"`
	Mails map[string]int `json:"mails"`
	// Offered, Outcomes and StillHere are since the ledger began: offered =
	// sum of outcomes + still here.
	Offered   uint64                     `json:"offered"`
	Outcomes  map[contact.Outcome]uint64 `json:"outcomes"`
	StillHere int                        `json:"still_here"`
	// Answered is answered over asked of all queues in each live window.
	Answered []WindowRate `json:"answered"`
	Queues   []Queue      `json:"queues"`
	// Entries and Organisations have their own rates.
	Entries       []Rates     `json:"entries"`
	Organisations []Rates     `json:"organisations"`
	Centers       []TopCenter `json:"centers"`
	// Longest are at most five, who wait longest first.
	Longest []TopWait `json:"longest"`
	// Announcements are what is announced now, outside the menus.
	Announcements []Announcement `json:"announcements"`
	// Attention is what somebody should look at, in words.
	Attention []string `json:"attention"`
}

// TopNode is one Asterisk in a live view.
type TopNode struct {
	Node      contact.Node `json:"node"`
	Connected bool         `json:"connected"`
	Holder    string       `json:"holder"`
}

// TopCenter counts a center's agents by what they do.
type TopCenter struct {
	Center contact.Center    `json:"center"`
	Label  string            `json:"label,omitempty"`
	Agents map[acd.State]int `json:"agents"`
	// AtHand counts what these agents have at hand beside their calls.
	AtHand int `json:"at_hand,omitempty"`
	// Answered is answered by the center over those asked that it could serve:
	// a contact may be several centers', so they do not add up.
	Answered []WindowRate `json:"answered"`
}

// TopWait is somebody who waits.
type TopWait struct {
	Contact contact.ID    `json:"contact"`
	Queue   contact.Queue `json:"queue"`
	Topic   contact.Topic `json:"topic,omitempty"`
	Since   time.Time     `json:"since"`
	Agent   contact.Agent `json:"agent,omitempty"`
}

func (s *Server) top(w http.ResponseWriter, _ *http.Request) error {
	return reply(w, http.StatusOK, s.Top())
}

// Top takes one look at the floor.
func (s *Server) Top() Top {
	why := list(s.Controller.NotReady())
	t := Top{
		Ready: len(why) == 0, NotReady: why,
		Nodes: []TopNode{}, Calls: map[string]int{}, Mails: map[string]int{}, Outcomes: map[contact.Outcome]uint64{},
	}
	for _, n := range s.links() {
		t.Nodes = append(t.Nodes, TopNode{Node: n.Node, Connected: n.Connected, Holder: n.Holder})
	}
	var unreachable []string
	s.look(func(l lens) {
		t.Site, t.Now = l.site.Name, l.at(l.now)
		t.Leader, _ = l.Protocol.Leader()
		t.count(l)
		live := l.windows()
		t.Queues = l.queues(live)
		t.Answered = live.rates(func(w fold.Live) fold.Share { return w.All })
		t.Entries = ratesOf(live, l.site.Entries, func(w fold.Live) map[contact.Entry]fold.Share { return w.Entries })
		t.Organisations = ratesOf(live, l.site.Plan.Organisations, func(w fold.Live) map[contact.Organisation]fold.Share { return w.Organisations })
		t.Centers = l.centers(live)
		t.Longest = l.longest()
		t.Announcements = l.announcements()
		unreachable = l.unreachable()
	})
	t.Attention = list(slices.Concat(t.attention(s.Controller.Live().Violations), s.Controller.Degraded(), unreachable))
	return t
}

func (t *Top) count(l lens) {
	t.Offered = l.Tally.Offered.Total()
	for labels, n := range l.Tally.Outcomes {
		t.Outcomes[contact.Outcome(labels.Values()[0])] += n
	}
	for _, rec := range l.Contacts {
		if rec.Medium.Interactive() {
			t.Calls[l.standing(rec)]++
		} else {
			t.Mails[rec.Standing()]++
		}
		if rec.Outcome == contact.StillHere {
			t.StillHere++
		}
	}
}

// centers counts agents; those who never logged in are out.
func (l lens) centers(live windows) []TopCenter {
	counts := map[contact.Center]map[acd.State]int{}
	add := func(center contact.Center, st acd.State, n int) {
		if counts[center] == nil {
			counts[center] = map[acd.State]int{}
		}
		counts[center][st] += n
	}
	for center := range l.site.Centers {
		add(center, acd.Ready, 0)
	}
	hands := map[contact.Center]int{}
	for _, a := range l.Floor.Agents {
		add(a.Center, a.State, 1)
		hands[a.Center] += len(l.Floor.AtHand(a.ID))
	}
	for id, a := range l.site.Agents {
		if l.Floor.Agents[id] == nil {
			add(a.Center, acd.LoggedOut, 1)
		}
	}
	centers := []TopCenter{}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		centers = append(centers, TopCenter{
			Center: name, Label: l.site.Centers[name].Label, Agents: counts[name], AtHand: hands[name],
			Answered: live.rates(func(w fold.Live) fold.Share { return w.Centers[name] }),
		})
	}
	return centers
}

const maxLongest = 5

// longest are people on the line. It keeps the list short while it looks: tens of thousands may wait.
func (l lens) longest() []TopWait {
	waits := []TopWait{}
	firsts := func() {
		slices.SortFunc(waits, func(a, b TopWait) int {
			return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Contact, b.Contact))
		})
		waits = waits[:min(len(waits), maxLongest)]
	}
	for id, t := range l.Floor.Tickets {
		if !t.Medium.Interactive() || l.calledLater(id) {
			continue
		}
		w := TopWait{Contact: id, Queue: t.Queue, Topic: t.Topic, Since: l.queuedAt(id, t)}
		if o := l.Floor.Offers[t.Offer]; o != nil {
			w.Agent = o.Agent
		}
		if waits = append(waits, w); len(waits) == 100*maxLongest {
			firsts()
		}
	}
	firsts()
	return waits
}

// attention says what is not as it should be, the gravest first.
func (t Top) attention(violations map[string]uint64) []string {
	found := []string{}
	for invariant, n := range violations {
		if n > 0 {
			found = append(found, fmt.Sprintf("invariant %s was broken %d times: see the log", invariant, n))
		}
	}
	slices.Sort(found)
	var outcomes uint64
	for _, n := range t.Outcomes {
		outcomes += n
	}
	if t.Offered != outcomes+uint64(t.StillHere) {
		found = append(found, fmt.Sprintf("conservation: %d offered, but %d with an outcome and %d still here", t.Offered, outcomes, t.StillHere))
	}
	found = append(found, t.NotReady...)
	if t.Leader == "" {
		found = append(found, "no controller leads: nobody is offered to anybody")
	}
	for _, n := range t.Nodes {
		if !n.Connected {
			found = append(found, fmt.Sprintf("Asterisk %s is not connected", n.Node))
		}
	}
	return found
}

// unreachable names the agents whose phone did not answer at all: they stay set
// aside until it registers, or for a while if it is a number outside.
func (l lens) unreachable() []string {
	var found []string
	for _, a := range l.Floor.Agents {
		if a.State == acd.SetAside && a.Why == string(contact.Unreachable) {
			found = append(found, fmt.Sprintf("agent %s is set aside: the phone %s cannot be reached", a.ID, shownPhone(a.Phone)))
		}
	}
	slices.Sort(found)
	return found
}
