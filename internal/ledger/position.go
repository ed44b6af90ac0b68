package ledger

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// ID is the place of an entry in the log: a Redis stream id. It gives order,
// not time (Entry.At does), and no identity: after a failover, a primary with a
// slower clock can give the same id to another entry. The zero ID is before
// every entry.
type ID struct {
	Ms  uint64 // milliseconds since 1970 on the clock of Redis
	Seq uint64 // rank among the entries of that millisecond
}

// ParseID reads the form "ms-seq".
func ParseID(text string) (ID, error) {
	ms, seq, found := strings.Cut(text, "-")
	if !found {
		return ID{}, fmt.Errorf("read ledger id %q: want \"ms-seq\"", text)
	}
	var id ID
	var err error
	if id.Ms, err = strconv.ParseUint(ms, 10, 64); err != nil {
		return ID{}, fmt.Errorf("read ledger id %q: %w", text, err)
	}
	if id.Seq, err = strconv.ParseUint(seq, 10, 64); err != nil {
		return ID{}, fmt.Errorf("read ledger id %q: %w", text, err)
	}
	return id, nil
}

// String gives the form "ms-seq", as Redis prints it.
func (id ID) String() string { return string(id.append(nil)) }

func (id ID) append(to []byte) []byte {
	to = strconv.AppendUint(to, id.Ms, 10)
	to = append(to, '-')
	return strconv.AppendUint(to, id.Seq, 10)
}

// Compare is negative, zero or positive as id is before, at or after other.
func (id ID) Compare(other ID) int {
	return cmp.Or(cmp.Compare(id.Ms, other.Ms), cmp.Compare(id.Seq, other.Seq))
}

// IsZero reports whether id is the place before every entry.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes the form "ms-seq".
func (id ID) MarshalText() ([]byte, error) { return id.append(nil), nil }

// UnmarshalText reads the form "ms-seq".
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseID(string(text))
	return err
}

// Digest is the identity of an entry and of everything before it: sha1 of the
// previous digest, written in hex, followed by the entry's body. It guards
// against another history under the same ids, not against an attacker. The
// digest before the first entry is zero.
type Digest [sha1.Size]byte

// ParseDigest reads forty hexadecimal digits.
func ParseDigest(text string) (Digest, error) {
	var d Digest
	if len(text) != hex.EncodedLen(len(d)) {
		return Digest{}, fmt.Errorf("read ledger digest %q: want 40 hexadecimal digits", text)
	}
	if _, err := hex.Decode(d[:], []byte(text)); err != nil {
		return Digest{}, fmt.Errorf("read ledger digest %q: %w", text, err)
	}
	return d, nil
}

// String gives forty lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Next is the digest of the entry with this body that follows d.
func (d Digest) Next(body []byte) Digest {
	input := make([]byte, 0, hex.EncodedLen(len(d))+len(body))
	input = hex.AppendEncode(input, d[:])
	return sha1.Sum(append(input, body...))
}

// MarshalText writes forty hexadecimal digits.
func (d Digest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText reads forty hexadecimal digits.
func (d *Digest) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDigest(string(text))
	return err
}

// Position is the identity of an entry: its place and its digest. The zero
// Position is before every entry.
type Position struct {
	ID     ID
	Digest Digest
}

// ParsePosition reads the form "ms-seq/hex".
func ParsePosition(text string) (Position, error) {
	id, digest, found := strings.Cut(text, "/")
	if !found {
		return Position{}, fmt.Errorf("read ledger position %q: want \"ms-seq/digest\"", text)
	}
	var p Position
	var err error
	if p.ID, err = ParseID(id); err != nil {
		return Position{}, fmt.Errorf("read ledger position %q: %w", text, err)
	}
	if p.Digest, err = ParseDigest(digest); err != nil {
		return Position{}, fmt.Errorf("read ledger position %q: %w", text, err)
	}
	return p, nil
}

// String gives the form "ms-seq/hex".
func (p Position) String() string { return string(p.append(nil)) }

func (p Position) append(to []byte) []byte {
	to = p.ID.append(to)
	to = append(to, '/')
	return hex.AppendEncode(to, p.Digest[:])
}

// IsZero reports whether p is before every entry.
func (p Position) IsZero() bool { return p == Position{} }

// Next is the position of the entry with this id and body that follows p.
func (p Position) Next(id ID, body []byte) Position {
	return Position{ID: id, Digest: p.Digest.Next(body)}
}

// MarshalText writes the form "ms-seq/hex".
func (p Position) MarshalText() ([]byte, error) { return p.append(nil), nil }

// UnmarshalText reads the form "ms-seq/hex".
func (p *Position) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePosition(string(text))
	return err
}
