package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/guichet/guichet/internal/fact"
	"github.com/guichet/guichet/internal/terminal"
)

// Satisfaction is what came of the question after the call, of those contacts of the period
// that were asked. What a key means is for the words of the question to say.
type Satisfaction struct {
	Queues        []Rated `json:"by_queue"`
	Organisations []Rated `json:"by_organisation"`
}

// Rated are the answers of those who share a name. Of queues it is the one that asked, which
// need not be the one that a contact was counted in: agents send callers on.
type Rated struct {
	Name  string `json:"name"`
	Asked int    `json:"asked"`
	// Answered is of those asked; the others hung up, or pressed no key that answers.
	Answered Ratio `json:"answered"`
	// Keys are the answers, by key.
	Keys map[string]int `json:"keys"`
}

// rate notes the answer of a contact, as it is counted.
func (r *recount) rate(l *life, f fact.Rated) {
	l.rated = &f
	r.numbers.add("satisfaction", f.Queue, f.Center, l.organisation, cmp.Or(f.Key, unrated))
}

// unrated is what stands for the answer of who was asked and gave none.
const unrated = "none"

// rating is the answer of a contact; empty if it was not asked.
func (l *life) rating() string {
	if l.rated == nil {
		return ""
	}
	return cmp.Or(l.rated.Key, unrated)
}

func satisfactionOf(lives []*life) Satisfaction {
	return Satisfaction{
		Queues:        ratedBy(lives, func(l *life) string { return string(l.rated.Queue) }),
		Organisations: ratedBy(lives, func(l *life) string { return string(l.organisation) }),
	}
}

func ratedBy(lives []*life, name func(*life) string) []Rated {
	by := map[string]*Rated{}
	for _, l := range lives {
		if l.rated == nil {
			continue
		}
		of := name(l)
		if by[of] == nil {
			by[of] = &Rated{Name: of, Keys: map[string]int{}}
		}
		by[of].Asked++
		if l.rated.Key != "" {
			by[of].Keys[l.rated.Key]++
		}
	}
	all := []Rated{}
	for _, of := range slices.Sorted(maps.Keys(by)) {
		r := *by[of]
		answered := 0
		for _, n := range r.Keys {
			answered += n
		}
		r.Answered = RatioOf(uint64(answered), uint64(r.Asked))
		all = append(all, r)
	}
	return all
}

func (s Satisfaction) write(w io.Writer) {
	if len(s.Queues) == 0 {
		return
	}
	t := terminal.NewTable("SATISFACTION", ">asked", ">answered / asked", "keys")
	for _, rows := range [][]Rated{s.Queues, s.Organisations} {
		for _, r := range rows {
			t.Row(cmp.Or(r.Name, "none"), r.Asked, r.Answered, r.keys())
		}
	}
	fmt.Fprintln(w, t)
}

// keys lists the answers: 4: 12, 5: 30.
func (r Rated) keys() string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(r.Keys)) {
		all = append(all, fmt.Sprintf("%s: %d", key, r.Keys[key]))
	}
	return strings.Join(all, ", ")
}

// ratedInWords tells the answer to the question after the call.
func ratedInWords(f fact.Rated) string {
	if f.Key == "" {
		return fmt.Sprintf("was asked after the call, by %s, and gave no answer", f.Queue)
	}
	return fmt.Sprintf("was asked after the call, by %s, and answered %s", f.Queue, f.Key)
}
