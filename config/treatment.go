package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// treatmentYAML is what agents can note of a contact, on their card.
type treatmentYAML struct {
	// Acts are what is done to a person's file, by name, with what agents read. A
	// center offers its own of them; those that no center names are offered everywhere.
	Acts table[value[string]] `yaml:"acts"`
	// Results are what comes of a contact, by name, with what agents read.
	Results table[value[string]] `yaml:"results"`
	// FilePage is the address of a page of another system that the card opens for
	// the person, such as https://dossiers.example/?contact={contact}.
	FilePage value[string] `yaml:"file_page"`
}

// Coded is a thing that can be noted.
type Coded struct {
	Name string `json:"name"`
	// Label is what agents read.
	Label string `json:"label"`
}

// Treatment is what agents can note of a contact, in the order of the site.
type Treatment struct {
	Acts, Results []Coded
	// FilePage is a page for the person, with names in braces; see FilePageOf.
	FilePage string
}

// inFilePage are the names that a file page may hold.
var inFilePage = []string{"agent", "authentication", "contact", "department", "number", "queue", "topic"}

var braced = regexp.MustCompile(`\{([^{}]*)\}`)

// chosenServer is a page whose server is a value of the call.
var chosenServer = regexp.MustCompile(`^[a-z]+://[^/?#]*\{`)

func (b *builder) buildTreatment(y treatmentYAML) {
	t := &b.site.Treatment
	t.Acts, t.Results = b.coded(y.Acts, "an act"), b.coded(y.Results, "a result")
	t.FilePage = y.FilePage.v
	if !y.FilePage.set {
		return
	}
	plain := braced.ReplaceAllString(y.FilePage.v, "x")
	if u, err := url.Parse(plain); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(plain, "{}") {
		b.add(y.FilePage.at, "write it like https://dossiers.example/?contact={contact}", "%q is not the address of a page", y.FilePage.v)
	}
	if chosenServer.MatchString(y.FilePage.v) {
		b.add(y.FilePage.at, "write the name of the server itself", "a value of a call cannot choose the server")
	}
	for _, m := range braced.FindAllStringSubmatch(y.FilePage.v, -1) {
		if !slices.Contains(inFilePage, m[1]) {
			b.add(y.FilePage.at, nearest(m[1], inFilePage).orKeys(inFilePage), "nothing is called {%s} here", m[1])
		}
	}
}

func (b *builder) coded(t table[value[string]], what string) (all []Coded) {
	for _, r := range t {
		b.name(r.key, what)
		all = append(all, Coded{Name: r.key.v, Label: r.v.or(r.key.v)})
	}
	return all
}

// FilePageOf is the page of one contact; empty if the site names none. values are by
// the names that a page may hold.
func (t Treatment) FilePageOf(values map[string]string) string {
	return braced.ReplaceAllStringFunc(t.FilePage, func(name string) string {
		return url.QueryEscape(values[strings.Trim(name, "{}")])
	})
}

// ActsOf are the acts that an agent of a center can note.
func (s *Site) ActsOf(c Center) (acts []Coded) {
	owned := map[string]bool{} // by some center
	for _, other := range s.Centers {
		for _, name := range other.Acts.Names {
			owned[name] = true
		}
	}
	for _, act := range s.Treatment.Acts {
		if c.Acts.All || !owned[act.Name] || slices.Contains(c.Acts.Names, act.Name) {
			acts = append(acts, act)
		}
	}
	return acts
}
