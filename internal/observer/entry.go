package observer

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Message is one message of the stream as Redis gives it.
type Message struct{ ID, Body, Prev string }

// entry is a message that was read, at its position.
type entry struct {
	id, digest string
	prev       string // the position it follows
	At         int64
	Data       json.RawMessage
	Epoch      string
	Format     int
	Gen        uint64
	Kind       string
	Op         string
	Role       string
	Seq        uint64
	Subject    string
	Writer     string
}

const noDigest = "0000000000000000000000000000000000000000"

// position is the name of an entry: id and digest.
func (e entry) position() string { return e.id + "/" + e.digest }

// read decodes a message and computes its digest from that of the entry before.
func read(m Message) (entry, error) {
	_, before, named := strings.Cut(m.Prev, "/")
	if !named || len(before) != len(noDigest) {
		return entry{}, fmt.Errorf("entry %s: %q is not a position", m.ID, m.Prev)
	}
	e := entry{}
	if err := json.Unmarshal([]byte(m.Body), &e); err != nil {
		return entry{}, fmt.Errorf("entry %s: %w", m.ID, err)
	}
	sum := sha1.Sum([]byte(before + m.Body))
	e.id, e.digest, e.prev = m.ID, hex.EncodeToString(sum[:]), m.Prev
	return e, nil
}

// compareIDs orders ids "ms-seq" by their numbers.
func compareIDs(a, b string) int {
	am, as := numbers(a)
	bm, bs := numbers(b)
	return cmp.Or(cmp.Compare(am, bm), cmp.Compare(as, bs))
}

func numbers(id string) (ms, seq uint64) {
	left, right, _ := strings.Cut(id, "-")
	ms, _ = strconv.ParseUint(left, 10, 64)
	seq, _ = strconv.ParseUint(right, 10, 64)
	return ms, seq
}
