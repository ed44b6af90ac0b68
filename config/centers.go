package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/calendar"
	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/routing"
)

// centersFile is centers.yaml, or one file of the folder centers/: which centers
// exist, since when, and whose files they may open.
type centersFile struct {
	Centers       table[centerYAML] `yaml:"centers,required"`
	LocalServices later             `yaml:"local_services"`
}

// centerYAML is one center.
type centerYAML struct {
	// Label is what people read, the name by default.
	Label value[string] `yaml:"label"`
	// Kind is cis, cps or plateau.
	Kind value[string] `yaml:"kind,required"`
	// Files lists the departments whose files its agents may open, or says all.
	Files filesYAML `yaml:"files"`
	// From is the first day on which it serves, Until the last.
	From     value[calendar.Date] `yaml:"from"`
	Until    value[calendar.Date] `yaml:"until"`
	Calendar later                `yaml:"calendar"`
	Acts     later                `yaml:"acts"`
}

// filesYAML is a list of departments, or the word all.
type filesYAML struct {
	set         bool
	all         bool
	departments list[departmentYAML]
}

func (f *filesYAML) read(d *document, n ast.Node) {
	f.set = true
	if s, ok := n.(*ast.StringNode); ok {
		if f.all = s.Value == "all"; !f.all {
			d.add(d.at(n), `write all, or a list such as ["35", "44"]`, "%q does not say whose files", s.Value)
		}
		return
	}
	f.departments.read(d, n)
}

func (f filesYAML) files() Files {
	return Files{All: f.all, Departments: codes(f.departments)}
}

// departmentYAML is the code of a French department, always in quotes.
type departmentYAML struct{ value[string] }

var departmentCode = regexp.MustCompile(`^(0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5]|97[1-8]|98[4678]|unknown)$`)

func (c *departmentYAML) read(d *document, n ast.Node) {
	c.value.read(d, n)
	if c.set && !departmentCode.MatchString(c.v) {
		d.add(c.at, departmentHint(c.v), "%q is not a department", c.v)
	}
}

// departmentHint proposes what was meant by a code that does not exist.
func departmentHint(code string) string {
	for _, meant := range []string{strings.ToUpper(code), "0" + code} {
		if departmentCode.MatchString(meant) {
			return fmt.Sprintf("write %q", meant)
		}
	}
	if code == "20" {
		return `Corsica is "2A" and "2B"`
	}
	return `write "01" to "95", "2A", "2B", "971" to "988", or unknown`
}

func codes(departments list[departmentYAML]) []contact.Department {
	var all []contact.Department
	for _, d := range departments {
		if !slices.Contains(all, contact.Department(d.v)) {
			all = append(all, contact.Department(d.v))
		}
	}
	return all
}

func (b *builder) buildCenters(files []centersFile) {
	b.site.Centers = make(map[contact.Center]Center)
	taken := map[string]place{}
	for _, f := range files {
		for _, r := range f.Centers {
			b.once(r.key, "center", taken)
			b.name(r.key, "a center")
			b.oneOf(r.v.Kind, "cis", "cps", "plateau")
			b.site.Centers[contact.Center(r.key.v)] = Center{
				Name:   contact.Center(r.key.v),
				Label:  r.v.Label.or(r.key.v),
				Kind:   r.v.Kind.v,
				Files:  r.v.Files.files(),
				Period: b.period(r.v.From, r.v.Until),
			}
		}
	}
}

// period makes instants of two days, the last one included.
func (b *builder) period(from, until value[calendar.Date]) routing.Period {
	var p routing.Period
	if from.set {
		p.From = from.v.Begin(b.site.Zone)
	}
	if until.set {
		p.Until = until.v.Add(1).Begin(b.site.Zone)
	}
	if from.set && until.set && !p.From.Before(p.Until) {
		b.add(until.at, "until is the last day that counts", "the period ends on %s, before it begins on %s", until.v, from.v)
	}
	return p
}
