package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/guichet/guichet/internal/contact"
	"github.com/guichet/guichet/internal/geography"
)

// departmentYAML is how the site learns of which department a caller is.
type departmentYAML struct {
	// From is postal_code: what the tree collected, or at least its first two
	// digits.
	From value[string] `yaml:"from,required"`
	// Table is a CSV file with the columns postal_code (whole, or its first two
	// or three digits) and department, laid over what the postal codes of France
	// say by themselves.
	Table value[string] `yaml:"table"`
	// Unknown is the word by which rules and assignments mean everybody whose
	// department is not known or was not asked for; unknown by default.
	Unknown value[string] `yaml:"unknown"`
}

// codeYAML is the code of a French department, always in quotes.
type codeYAML = value[string]

// filesYAML is a list of departments, or the word all.
type filesYAML struct {
	set         bool
	all         bool
	departments list[codeYAML]
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

func (b *builder) filesOf(f filesYAML) Files {
	var known list[codeYAML]
	for _, v := range f.departments {
		if b.code(v) == contact.Unknown {
			b.add(v.at, "leave it out; all opens every file", "nobody knows whose files those of an unknown department are")
			continue
		}
		known = append(known, v)
		b.rightless = b.rightless || b.code(v) == ""
	}
	return Files{All: f.all, Departments: b.codes(known)}
}

// codes are the departments that a list means, each once. Who serves both of
// Corsica serves a caller who said no more than 20, and the word for the unknown
// department stands for those nobody asked too.
func (b *builder) codes(written list[codeYAML]) []contact.Department {
	var all []contact.Department
	for _, v := range written {
		if d := b.code(v); d != "" && !slices.Contains(all, d) {
			all = append(all, d)
		}
	}
	if slices.Contains(all, "2A") && slices.Contains(all, "2B") {
		all = append(all, geography.Corsica)
	}
	if slices.Contains(all, contact.Unknown) {
		all = append(all, "")
	}
	return all
}

// code is one department; empty after a problem. That may be reported twice,
// which counts once.
func (b *builder) code(v codeYAML) contact.Department {
	switch {
	case !v.set:
		return ""
	case v.v == b.unknown || v.v == string(contact.Unknown):
		return contact.Unknown
	case geography.Is(contact.Department(v.v)):
		return contact.Department(v.v)
	case b.broken["routing.yaml"] && !digit.MatchString(v.v):
		return contact.Unknown // it may well be the word that routing.yaml has for it
	}
	b.add(v.at, b.departmentHint(v.v), "%q is not a department", v.v)
	return ""
}

// departmentHint proposes what was meant by a code that does not exist.
func (b *builder) departmentHint(code string) string {
	for _, meant := range []string{strings.ToUpper(code), "0" + code} {
		if geography.Is(contact.Department(meant)) {
			return fmt.Sprintf("write %q", meant)
		}
	}
	if code == string(geography.Corsica) {
		return `Corsica is "2A" and "2B"`
	}
	return fmt.Sprintf(`write "01" to "95", "2A", "2B", "971" to "988", or %s`, b.unknown)
}

// learnUnknown notes the word before anything can use it.
func (b *builder) learnUnknown(y departmentYAML) {
	b.unknown = string(contact.Unknown)
	if !y.Unknown.set {
		return
	}
	b.name(y.Unknown, "the unknown department")
	b.unknown = y.Unknown.v
}

// digit tells the code of a department from the word for the unknown one.
var digit = regexp.MustCompile(`^[0-9]`)

// beginning is a postal code, or the digits with which those of a department
// begin.
var beginning = regexp.MustCompile(`^([0-9]{2}|[0-9]{3}|[0-9]{5})$`)

// buildDepartments makes the function that finds the department of a postal code.
func (b *builder) buildDepartments(y departmentYAML, t *csvTable) {
	b.oneOf(y.From, "postal_code")
	own := map[string]contact.Department{}
	taken := map[string]place{}
	for _, r := range t.records() {
		code, department := r[0], r[1]
		if !beginning.MatchString(code.v) {
			b.add(code.at, postalHint(code.v), "%q is not a postal code or its first two or three digits", code.v)
			continue
		}
		b.once(code, "postal code", taken)
		own[code.v] = b.code(department)
	}
	b.departmentOf = func(postalCode string) contact.Department {
		for n := len(postalCode); n >= 2; n-- {
			if d := own[postalCode[:n]]; d != "" {
				return d
			}
		}
		return geography.DepartmentOf(postalCode)
	}
}

// postalHint knows what spreadsheets do to a column of postal codes.
func postalHint(written string) string {
	if len(written) == 4 && strings.Trim(written, "0123456789") == "" {
		return fmt.Sprintf("write 0%s; spreadsheets drop the zero unless the column is text", written)
	}
	return "write it like 35000"
}
