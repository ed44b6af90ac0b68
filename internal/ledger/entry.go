package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Entry is one fact in the log. Gen, Prev and Self are the log's: they are
// filled when the entry is appended or read, and what a writer puts there is
// ignored. All other fields make the body, whose digest is the entry's identity.
type Entry struct {
	// Gen counts the histories of the log: it rises when Redis restarted,
	// failed over or lost the log.
	Gen uint64 `json:"gen"`
	// Prev is the entry before this one; zero for the first of all.
	Prev Position `json:"prev"`
	// Self is this entry's own place and digest.
	Self Position `json:"self"`

	// Format is the version of this kind's data, from 1.
	Format int `json:"format"`
	// Kind says what happened and how Data is read.
	Kind string `json:"kind"`
	// Subject is what it happened to: a contact, an agent, a node, a controller.
	Subject string `json:"subject,omitempty"`
	// Writer is the instance name of the controller that wrote it.
	Writer string `json:"writer,omitempty"`
	// Role is in what quality the writer speaks: Owner(node), RoleLeader,
	// RoleAPI or RoleController.
	Role string `json:"role"`
	// Epoch is the place of the take under which an owner or leader speaks.
	// It is filled at sending, not at deciding: a fact may wait in a journal.
	Epoch ID `json:"epoch,omitzero"`
	// Seq numbers the owners' facts about one subject, from 1 without holes,
	// across changes of owner.
	Seq uint64 `json:"seq,omitempty"`
	// At is when it happened, in microseconds since 1970, in site time.
	At int64 `json:"at"`
	// Op is the operation id of a command from the API or a phone code.
	Op string `json:"op,omitempty"`
	// Data is canonical JSON (see Canonical), or empty.
	Data json.RawMessage `json:"data,omitempty"`
}

// In what quality a writer speaks.
const (
	// RoleLeader is the holder of the virtual node Site.
	RoleLeader = "leader"
	// RoleAPI is any controller that passes on what a person commanded.
	RoleAPI = "api"
	// RoleController is a controller that speaks about itself: beat, take, yield.
	RoleController = "controller"
	// RoleLedger is the append script itself: genesis and history.
	RoleLedger = "ledger"
)

const ownerPrefix = "owner:"

// Owner is the role of the holder of this node.
func Owner(node string) string { return ownerPrefix + node }

// OwnedNode is the node of an owner's role, and whether role is one.
func OwnedNode(role string) (node string, ok bool) { return strings.CutPrefix(role, ownerPrefix) }

// MaxBody bounds the body of one entry, in bytes.
const MaxBody = 256 << 10

// maxName bounds kind, subject, writer, role and op, in bytes.
const maxName = 256

// Body is what the log stores of the entry besides Prev: canonical JSON, with
// empty fields left out. The error wraps ErrInvalid.
func (e Entry) Body() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	body := e.encode()
	if len(body) > MaxBody {
		return nil, fmt.Errorf("%w: %s about %q has %d bytes, at most %d fit", ErrInvalid, e.Kind, e.Subject, len(body), MaxBody)
	}
	return body, nil
}

// encode writes the fields in the order of their names, as Canonical would.
func (e Entry) encode() []byte {
	body := append(make([]byte, 0, 256+len(e.Data)), `{"at":`...)
	body = appendInt(body, e.At)
	if len(e.Data) > 0 {
		body = append(append(body, `,"data":`...), e.Data...)
	}
	if !e.Epoch.IsZero() {
		body = append(e.Epoch.append(append(body, `,"epoch":"`...)), '"')
	}
	body = appendInt(append(body, `,"format":`...), int64(e.Format))
	body = appendUint(append(body, `,"gen":`...), e.Gen)
	body = appendField(body, `,"kind":`, e.Kind)
	body = appendField(body, `,"op":`, e.Op)
	body = appendField(body, `,"role":`, e.Role)
	if e.Seq > 0 {
		body = appendUint(append(body, `,"seq":`...), e.Seq)
	}
	body = appendField(body, `,"subject":`, e.Subject)
	body = appendField(body, `,"writer":`, e.Writer)
	return append(body, '}')
}

func appendField(to []byte, name, value string) []byte {
	if value == "" {
		return to
	}
	return appendString(append(to, name...), value)
}

// check refuses what could not be read back as it was written.
func (e Entry) check() error {
	for _, name := range []struct{ field, value string }{
		{"kind", e.Kind}, {"subject", e.Subject}, {"writer", e.Writer}, {"role", e.Role}, {"op", e.Op},
	} {
		if err := checkName(name.value); err != nil {
			return fmt.Errorf("%w: %s of a %q: %w", ErrInvalid, name.field, e.Kind, err)
		}
	}
	if len(e.Data) > 0 {
		if err := checkCanonical(e.Data); err != nil {
			return fmt.Errorf("%w: data of %s about %q: %w", ErrInvalid, e.Kind, e.Subject, err)
		}
	}
	return nil
}

// ReadBody makes the entry that the log stored as prev and body under id. It
// refuses a body that Body would not have written. The entry's Data is part of
// body, not a copy.
func ReadBody(id ID, prev Position, body []byte) (Entry, error) {
	e, err := parseBody(body)
	if err != nil {
		return Entry{}, fmt.Errorf("read ledger entry %s: %w", id, err)
	}
	e.Prev, e.Self = prev, prev.Next(id, body)
	return e, nil
}

// parseBody reads the fields in the one order in which encode writes them: six
// times as fast as a general decoder, which counts when a controller starts and
// reads the whole tail. Whatever else it might let through, encoding again shows.
func parseBody(body []byte) (Entry, error) {
	r := canonicaliser{in: body}
	e := Entry{At: int64(r.number(`{"at":`))}
	e.Data = r.raw(`,"data":`)
	epoch := r.name(`,"epoch":`)
	e.Format = int(r.number(`,"format":`))
	e.Gen = r.number(`,"gen":`)
	e.Kind = r.name(`,"kind":`)
	e.Op = r.name(`,"op":`)
	e.Role = r.name(`,"role":`)
	e.Seq = r.number(`,"seq":`)
	e.Subject = r.name(`,"subject":`)
	e.Writer = r.name(`,"writer":`)
	if epoch != "" {
		var err error
		if e.Epoch, err = ParseID(epoch); err != nil {
			return Entry{}, err
		}
	}
	if r.err != nil {
		return Entry{}, fmt.Errorf("%w: byte %d: %w", errNotCanonical, r.at, r.err)
	}
	if !bytes.Equal(e.encode(), body) {
		return Entry{}, fmt.Errorf("%w: not the body of an entry, read up to byte %d", errNotCanonical, r.at)
	}
	return e, nil
}
