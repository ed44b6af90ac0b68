package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/terminal"
)

// Story is what happened to one contact, fact by fact.
type Story struct {
	Contact Contact `json:"contact"`
	Lines   []Line  `json:"lines"`
	// At is the place in time to which the story is told; Waited is how long the
	// contact has waited until then, if it waits still.
	At     time.Time `json:"at"`
	Waited Span      `json:"waited_seconds,omitempty"`
	// Names are what the site calls what the contact names by its ids.
	Names Names `json:"names"`
}

// Names are the site's names for people.
type Names struct {
	Entry    string `json:"entry"`
	Queue    string `json:"queue,omitempty"`
	ServedBy string `json:"served_by,omitempty"`
	Agent    string `json:"agent,omitempty"`
}

// Line is one fact of a story, in words.
type Line struct {
	At       time.Time `json:"at"`
	Since    Span      `json:"since_arrival_seconds"`
	Kind     string    `json:"kind"`
	Text     string    `json:"text"`
	Position ledger.ID `json:"position"`
	// Void is why the fact had no effect; empty if it had.
	Void string `json:"void,omitempty"`
}

// ErrUnknown is returned when no contact of the ledger has such an id.
var ErrUnknown = errors.New("no such contact")

// Trimmed is ErrUnknown of a ledger whose oldest entries are gone: the contact may
// have arrived before.
type Trimmed struct{ Since time.Time }

// Error says how far the ledger goes back.
func (t *Trimmed) Error() string {
	return ErrUnknown.Error() + " since " + t.Since.Format(second) + ", and older entries of the ledger are gone"
}

// Unwrap is ErrUnknown.
func (t *Trimmed) Unwrap() error { return ErrUnknown }

// Ambiguous is the error of a prefix that several contacts share.
type Ambiguous struct {
	Prefix string
	// Matches are some of them.
	Matches []contact.ID
}

// Error names some of the contacts.
func (a *Ambiguous) Error() string {
	return fmt.Sprintf("several contacts begin with %q, such as %s", a.Prefix, join(a.Matches))
}

// Tell finds the contact by its id, or by a prefix that no other has, live or
// past, and tells its story. The error is ErrUnknown, perhaps as *Trimmed, or
// *Ambiguous, or says that the ledger could not be read.
func Tell(ctx context.Context, s Source, prefix string) (*Story, error) {
	r := newRecount()
	told := speaker{newNaming(s.Site()), r}
	lines := map[contact.ID][]Line{}
	err := s.Replay(ctx, func(a fold.Applied) {
		r.take(a)
		told.learn(a.Fact)
		id := contact.ID(a.Entry.Subject)
		if _, done := a.Fact.(fact.MessageDone); done {
			id = a.Contact // whom it closed
		}
		if l := r.lives[id]; l != nil && a.Fact != nil && strings.HasPrefix(string(id), prefix) {
			lines[id] = append(lines[id], told.tell(l, a))
		}
		if c := a.Uncalled; c != nil && r.lives[c.Contact] != nil && strings.HasPrefix(string(c.Contact), prefix) {
			lines[c.Contact] = append(lines[c.Contact], told.tellUncalled(r.lives[c.Contact], a))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger for the story of %q: %w", prefix, err)
	}
	id, err := choose(lines, prefix)
	since := r.goesBackTo(s.Site().Zone)
	switch {
	case errors.Is(err, ErrUnknown) && since != nil:
		return nil, &Trimmed{Since: *since}
	case err != nil:
		return nil, err
	}
	return told.story(r.lives[id], lines[id]), nil
}

func (s speaker) story(l *life, lines []Line) *Story {
	zone := s.site.Zone
	c := l.row(zone)
	told := &Story{Contact: c, Lines: lines, At: time.UnixMicro(s.lastAt).In(zone), Names: Names{Entry: s.entry(c.Entry)}}
	if c.Queue != "" {
		told.Names.Queue = s.queue(c.Queue)
	}
	if c.ServedBy != "" {
		told.Names.ServedBy, told.Names.Agent = s.center(c.ServedBy), s.naming.agent(c.Agent)
	}
	if l.outcome == contact.StillHere && (l.place.waiting || l.live != "") {
		told.Waited = Span(max(s.lastAt-l.queued, 0))
	}
	return told
}

// maxMatches bounds how many contacts an ambiguous prefix names.
const maxMatches = 5

func choose(lines map[contact.ID][]Line, prefix string) (contact.ID, error) {
	if _, exact := lines[contact.ID(prefix)]; exact {
		return contact.ID(prefix), nil
	}
	var matches []contact.ID
	for id := range lines {
		matches = append(matches, id)
	}
	slices.Sort(matches)
	switch {
	case len(matches) == 0 || prefix == "":
		return "", ErrUnknown
	case len(matches) > 1:
		return "", &Ambiguous{Prefix: prefix, Matches: matches[:min(len(matches), maxMatches)]}
	}
	return matches[0], nil
}

func (s speaker) tell(l *life, a fold.Applied) Line {
	return Line{
		At: time.UnixMicro(a.Entry.At).In(s.site.Zone), Since: Span(a.Entry.At - l.arrived),
		Kind: a.Entry.Kind, Text: terminal.Plain(s.inWords(l, a.Entry.At, a.Fact)),
		Position: a.Entry.Self.ID, Void: a.Void,
	}
}

// tellUncalled tells of a party whose call gave way to what was seen of another contact.
func (s speaker) tellUncalled(l *life, a fold.Applied) Line {
	return Line{
		At: time.UnixMicro(a.Entry.At).In(s.site.Zone), Since: Span(a.Entry.At - l.arrived), Kind: a.Entry.Kind, Position: a.Entry.Self.ID,
		Text: terminal.Plain(s.who(a.Uncalled.Agent) + ", called into the conversation, is with another contact, of which the ledger had lost it"),
	}
}

// width is what a story is folded to.
const width = 80

// WriteText prints the story for a terminal.
func (s *Story) WriteText(w io.Writer) error {
	var text strings.Builder
	c := s.Contact
	head := fmt.Sprintf("%s · %s at %s · arrived %s", c.ID, c.Medium, s.Names.Entry, c.Arrived.Format("2006-01-02 15:04:05 -07:00"))
	writeFolded(&text, "", terminal.Plain(head))
	text.WriteByte('\n')
	after := len(">AFTER")
	for _, l := range s.Lines {
		after = max(after, len(l.after()))
	}
	fmt.Fprintf(&text, "%-12s  %*s  %s\n", "TIME", after, "AFTER", "WHAT HAPPENED")
	for _, l := range s.Lines {
		what := l.Text
		if l.Void != "" {
			what += " (without effect: " + terminal.Plain(l.Void) + ")"
		}
		writeFolded(&text, fmt.Sprintf("%s  %*s  ", l.At.Format("15:04:05.000"), after, l.after()), what)
	}
	text.WriteByte('\n')
	writeFolded(&text, "", terminal.Plain(s.inShort()))
	_, err := io.WriteString(w, text.String())
	return err
}

func (l Line) after() string { return fmt.Sprintf("%.3f s", l.Since.Duration().Seconds()) }

// writeFolded writes a text beside what begins its first line.
func writeFolded(w *strings.Builder, begin, text string) {
	beside := utf8.RuneCountInString(begin)
	for i, line := range terminal.Fold(text, width-beside) {
		if i == 0 {
			line = begin + line
		} else {
			line = strings.Repeat(" ", beside) + line
		}
		w.WriteString(line + "\n")
	}
}

// inShort is the outcome, who served and the times of a contact.
func (s *Story) inShort() string {
	c := s.Contact
	var parts []string
	switch {
	case c.Outcome != contact.StillHere:
		parts = append(parts, words(string(c.Outcome)))
	case s.Waited > 0:
		parts = append(parts, "still here: no outcome yet", fmt.Sprintf("waits in %s, so far %s", s.Names.Queue, s.Waited))
	default:
		parts = append(parts, "still here: no outcome yet")
	}
	if c.ServedBy != "" {
		parts = append(parts, "served by "+s.Names.Agent+" of "+s.Names.ServedBy)
	}
	if c.Organisation != "" {
		parts = append(parts, "organisation "+string(c.Organisation))
	}
	return strings.Join(append(parts, c.inShort()...), " · ")
}

// inShort are the times of a contact, and how it is counted.
func (c Contact) inShort() []string {
	var parts []string
	if !c.Queued.IsZero() && c.Outcome != contact.StillHere {
		parts = append(parts, "wait "+c.Wait.String())
	}
	if c.Talk > 0 {
		parts = append(parts, "talk "+c.Talk.String())
	}
	if c.WrapUp > 0 {
		parts = append(parts, "wrap-up "+c.WrapUp.String())
	}
	if c.Offers > 0 {
		parts = append(parts, fmt.Sprintf("offers %d", c.Offers))
	}
	switch {
	case c.Outcome == contact.StillHere:
	case c.Asked:
		parts = append(parts, "counted as asked")
	default:
		parts = append(parts, "not counted as asked")
	}
	return parts
}
