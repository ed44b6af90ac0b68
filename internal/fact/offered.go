package fact

import (
	"bytes"
	"unicode/utf8"

	"github.com/guichet/guichet/internal/contact"
)

// decodeOffered reads an offer as ledger.Canonical writes it, its keys in order, in
// a fifth of the time: when thousands of agents get ready at once, reading the
// offers back is what the leader does most. Whatever is written otherwise is left to
// the general decoder, which says what is wrong with it.
func decodeOffered(data []byte) (Fact, error) {
	r := scan{rest: data}
	if f := r.offered(); !r.failed && len(r.rest) == 0 {
		return f, nil
	}
	return decode[Offered](data)
}

// scan reads plain JSON from the front of rest; once something is not what it
// expects it has failed, and what it returns means nothing.
type scan struct {
	rest   []byte
	failed bool
}

func (r *scan) offered() Offered {
	f := Offered{
		Agent:          contact.Agent(r.text(`{"agent":"`)),
		AgentVersion:   uint64(r.number(`,"agent_version":`)),
		Center:         contact.Center(r.text(`,"center":"`)),
		Contact:        contact.ID(r.text(`,"contact":"`)),
		ContactVersion: uint64(r.number(`,"contact_version":`)),
	}
	if r.comes(`,"level":`) {
		f.Level = int(r.number(""))
	}
	f.PossibleSince = r.number(`,"possible_since":`)
	f.Queue = contact.Queue(r.text(`,"queue":"`))
	f.QueueVersion = uint64(r.number(`,"queue_version":`))
	if r.comes(`,"ready_since":`) {
		f.ReadySince = r.number("")
	}
	if r.comes(`,"refusals":{`) {
		f.Refusals = r.refusals()
	}
	f.Rule = r.text(`,"rule":"`)
	if r.comes(`,"runners_up":[`) {
		f.RunnersUp = r.candidates()
	}
	r.must("}")
	return f
}

func (r *scan) refusals() map[string]int {
	counts := map[string]int{}
	for more := true; more && !r.failed; more = r.comes(",") {
		name := r.text(`"`)
		counts[name] = int(r.number(":"))
	}
	r.must("}")
	return counts
}

func (r *scan) candidates() []Candidate {
	list := make([]Candidate, 0, 5)
	for more := true; more && !r.failed; more = r.comes(",") {
		c := Candidate{Agent: contact.Agent(r.text(`{"agent":"`))}
		if r.comes(`,"level":`) {
			c.Level = int(r.number(""))
		}
		c.ReadySince = r.number(`,"ready_since":`)
		r.must("}")
		list = append(list, c)
	}
	r.must("]")
	return list
}

// comes passes over what is next if it is this.
func (r *scan) comes(what string) bool {
	if r.failed || len(r.rest) < len(what) || string(r.rest[:len(what)]) != what {
		return false
	}
	r.rest = r.rest[len(what):]
	return true
}

func (r *scan) must(what string) { r.failed = !r.comes(what) || r.failed }

// text reads what follows before, up to a quote, if it stands for itself.
func (r *scan) text(before string) string {
	r.must(before)
	end := bytes.IndexByte(r.rest, '"')
	if r.failed || end < 0 || !plain(r.rest[:end]) {
		r.failed = true
		return ""
	}
	text := string(r.rest[:end])
	r.rest = r.rest[end+1:]
	return text
}

func plain(text []byte) bool {
	for _, b := range text {
		if b < ' ' || b == '\\' {
			return false
		}
	}
	return utf8.Valid(text)
}

// number reads what follows before: an integer that is not negative and surely has
// 63 bits.
func (r *scan) number(before string) (n int64) {
	r.must(before)
	digits := 0
	for digits < len(r.rest) && '0' <= r.rest[digits] && r.rest[digits] <= '9' {
		n = n*10 + int64(r.rest[digits]-'0')
		digits++
	}
	if digits == 0 || digits > 18 || digits > 1 && r.rest[0] == '0' {
		r.failed = true
		return 0
	}
	r.rest = r.rest[digits:]
	return n
}
