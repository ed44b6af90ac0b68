package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/fold"
	"github.com/guichet/guichet/internal/ledger"
	"github.com/guichet/guichet/internal/terminal"
)

// Story is what happened to one contact, fact by fact.
type Story struct {
	Contact Contact `json:"contact"`
	Lines   []Line  `json:"lines"`
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
// past, and tells its story. The error is ErrUnknown or *Ambiguous, or says that
// the ledger could not be read.
func Tell(ctx context.Context, s Source, prefix string) (*Story, error) {
	zone := s.Site().Zone
	r := newRecount()
	lines := map[contact.ID][]Line{}
	err := s.Replay(ctx, func(a fold.Applied) {
		r.take(a)
		id := contact.ID(a.Entry.Subject)
		if l := r.lives[id]; l != nil && a.Fact != nil && strings.HasPrefix(string(id), prefix) {
			lines[id] = append(lines[id], tell(l, a, zone))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger for the story of %q: %w", prefix, err)
	}
	id, err := choose(lines, prefix)
	if err != nil {
		return nil, err
	}
	return &Story{Contact: r.lives[id].row(zone), Lines: lines[id]}, nil
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

func tell(l *life, a fold.Applied, zone *time.Location) Line {
	return Line{
		At: time.UnixMicro(a.Entry.At).In(zone), Since: Span(a.Entry.At - l.arrived),
		Kind: a.Entry.Kind, Text: terminal.Plain(inWords(l, a.Entry.At, a.Fact)),
		Position: a.Entry.Self.ID, Void: a.Void,
	}
}

// WriteText prints the story for a terminal.
func (s *Story) WriteText(w io.Writer) error {
	var text strings.Builder
	c := s.Contact
	fmt.Fprintf(&text, "%s · %s at %s · arrived %s\n\n", c.ID, c.Medium, c.Entry, c.Arrived.Format("2006-01-02 15:04:05 -07:00"))
	t := terminal.NewTable("TIME", ">AFTER", "WHAT HAPPENED")
	for _, l := range s.Lines {
		what := l.Text
		if l.Void != "" {
			what += " (without effect: " + terminal.Plain(l.Void) + ")"
		}
		t.Row(l.At.Format("15:04:05.000"), fmt.Sprintf("%.3f s", l.Since.Duration().Seconds()), what)
	}
	fmt.Fprintln(&text, t)
	fmt.Fprintln(&text, s.Contact.inShort())
	_, err := io.WriteString(w, text.String())
	return err
}

// inShort is the outcome and the times of a contact in one line.
func (c Contact) inShort() string {
	if c.Outcome == contact.StillHere {
		return "still here: no outcome yet"
	}
	parts := []string{words(string(c.Outcome))}
	if !c.Queued.IsZero() {
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
	asked := "not counted as asked"
	if c.Asked {
		asked = "counted as asked"
	}
	return strings.Join(append(parts, asked), " · ")
}
