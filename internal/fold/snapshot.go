package fold

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/guichet/guichet/internal/ledger"
)

// stateFormat is that of the snapshots of this program. Those from oldestState on are read
// as well: what they lack counts from then on, which matters to nobody but the owner of a
// contact that was live (how often it was moved, whether it was being sent to somebody, and
// for whose sake a supervisor listens).
// Of one that is older still the whole ledger is read instead, if it goes back to its first
// entry.
const (
	stateFormat = 7
	oldestState = 4
)

// Snapshot encodes the state; equal states give equal bytes.
func (s *State) Snapshot() (ledger.Snapshot, error) {
	data, err := ledger.Canonical(s)
	if err != nil {
		return ledger.Snapshot{}, fmt.Errorf("encode the state of the site: %w", err)
	}
	return ledger.Snapshot{Position: s.Protocol.Last, Gen: s.Protocol.Gen, Format: stateFormat, Data: data}, nil
}

// Restore reads a snapshot.
func Restore(snap ledger.Snapshot) (*State, error) {
	if snap.Format < oldestState || snap.Format > stateFormat {
		return nil, fmt.Errorf("read snapshot at %s: format %d, this program knows %d to %d", snap.Position.ID, snap.Format, oldestState, stateFormat)
	}
	s := New()
	if err := decode(snap.Data, s); err != nil {
		return nil, fmt.Errorf("read snapshot at %s: %w", snap.Position.ID, err)
	}
	if s.Protocol.Format > Understands {
		return nil, fmt.Errorf("read snapshot at %s: of format %d of the ledger, this program understands %d", snap.Position.ID, s.Protocol.Format, Understands)
	}
	if err := s.reindex(); err != nil {
		return nil, fmt.Errorf("read snapshot at %s: %w", snap.Position.ID, err)
	}
	return s, nil
}

// sideBySide are the members that make up a large state, about half of it each: a controller
// that starts while 50,000 wait reads them on two processors.
var sideBySide = []string{"contacts", "floor"}

// decode reads a state. Its members are fields of their own, so that they can be read at
// the same time.
func decode(text []byte, s *State) error {
	parts, err := split(text, sideBySide)
	if err != nil {
		return err
	}
	var reading errgroup.Group
	for _, part := range parts {
		reading.Go(func() error { return json.Unmarshal(part, s) })
	}
	return reading.Wait()
}

// split gives an object as several that have its members between them: each that is named
// is in one by itself, all others are in the first. What is in the members is not looked at.
func split(object []byte, alone []string) (parts [][]byte, err error) {
	rest := []byte{'{'}
	members := bytes.TrimSpace(object)
	if len(members) < 2 || members[0] != '{' || members[len(members)-1] != '}' {
		return nil, errors.New("the text is no object")
	}
	for members = members[1 : len(members)-1]; len(members) > 0; {
		end := memberEnd(members)
		if end == 0 || end == len(members)-1 {
			return nil, errors.New("a comma without a member")
		}
		if isNamed(members[:end], alone) {
			parts = append(parts, slices.Concat([]byte{'{'}, members[:end], []byte{'}'}))
		} else {
			rest = append(append(rest, members[:end]...), ',')
		}
		members = members[min(end+1, len(members)):]
	}
	return append([][]byte{append(bytes.TrimSuffix(rest, []byte{','}), '}')}, parts...), nil
}

// isNamed reports whether a member has one of some names, which need no escape.
func isNamed(member []byte, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return bytes.HasPrefix(member, []byte(`"`+name+`":`)) })
}

// memberEnd is where the first of some members ends: at its comma, or at the end of the text.
func memberEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:])
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// stringEnd is where a text that begins with a string has its closing quote.
func stringEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		quote := bytes.IndexByte(text[i:], '"')
		if quote < 0 {
			break
		}
		escapes := 0
		for i += quote; text[i-1-escapes] == '\\'; escapes++ { // the opening quote ends it
		}
		if escapes%2 == 0 {
			return i
		}
	}
	return len(text)
}
